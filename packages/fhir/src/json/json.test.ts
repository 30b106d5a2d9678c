import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import * as fc from 'fast-check';
import { canonicalBytes, canonicalJson } from './canonical.ts';
import type { JsonError } from './json-error.ts';
import { parseJson, parseJsonBytes } from './parse.ts';

const canonical = (text: string): string => {
  const { value, numbers } = parseJson(text);
  return canonicalJson(value, numbers);
};
const refused = (text: string): Pick<JsonError, 'code' | 'path'> => {
  try {
    parseJson(text);
  } catch (error) {
    const { code, path } = error as JsonError;
    return { code, path };
  }
  throw new Error('accepted');
};

describe('parseJson', () => {
  it('reads what JSON.parse reads, and refuses what it refuses', () => {
    const noise = fc.array(fc.constantFrom(...Array.from('{}[]:,"\\u0aetrufalsnl-+.1eE \n\t\u0001é😀')), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json({ noUnicodeString: false }),
          noise.map((characters) => characters.join('')),
        ),
        (text) => {
          let expected: unknown;
          try {
            expected = JSON.parse(text);
          } catch {
            assert.throws(() => parseJson(text));
            return;
          }
          try {
            assert.deepEqual(parseJson(text).value, expected);
          } catch (error) {
            assert.ok(['duplicate-key', 'lone-surrogate'].includes((error as JsonError).code), String(error));
          }
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('names the place of a fault and not the content', () => {
    const inBundle = (resource: string): string => `{"resourceType":"Bundle","entry":[{},{"resource":${resource}}]}`;
    assert.deepEqual(refused(inBundle('{"name":[{"given":["a",tru]}]}')), {
      code: 'syntax',
      path: 'Bundle.entry[1].resource.name[0].given[1]',
    });
    assert.deepEqual(refused(inBundle('{"id":"1","id":"2"}')), {
      code: 'duplicate-key',
      path: 'Bundle.entry[1].resource.id',
    });
    assert.deepEqual(refused('{"a":1,"\\u0061":1}'), { code: 'duplicate-key', path: 'a' });
    assert.deepEqual(refused('{"a":["\\ud83d"]}'), { code: 'lone-surrogate', path: 'a[0]' });
    assert.deepEqual(refused('{"a":["\ud83d"]}'), { code: 'lone-surrogate', path: 'a[0]' });
    assert.deepEqual(refused('{"Jane Roe 1970":tru}'), { code: 'syntax', path: '?' });
    assert.equal(parseJson('"\\ud83d\\ude00"').value, '😀');
    for (const text of [
      '',
      ' ',
      '01',
      '1.',
      '.1',
      '-',
      '1e',
      '+1',
      '[1,]',
      '{"a":1,}',
      '{a:1}',
      '[1 2]',
      '1 2',
      '"\t"',
      '[',
      '{"a"',
      'NaN',
    ])
      assert.equal(refused(text).code, 'syntax', text);
  });

  it('refuses deep nesting without falling over', () => {
    for (const text of [
      '['.repeat(10_000),
      '{"a":'.repeat(10_000),
      '['.repeat(10_000) + ']'.repeat(10_000),
      '[['.repeat(1e6),
    ])
      assert.equal(refused(text).code, 'too-deep');
    assert.deepEqual(parseJson('[[1]]', { maxDepth: 2 }).value, [[1]]);
    assert.throws(() => parseJson('[[[1]]]', { maxDepth: 2 }), { code: 'too-deep' });
  });

  it('takes __proto__ as a member like any other', () => {
    const value = parseJson('{"__proto__":{"polluted":true},"constructor":1}').value as object;
    assert.deepEqual(Object.keys(value), ['__proto__', 'constructor']);
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
    assert.equal(canonical('{"b":1,"__proto__":{"a":1}}'), '{"__proto__":{"a":1},"b":1}');
    assert.equal(refused('{"__proto__":1,"__proto__":2}').code, 'duplicate-key');
  });

  it('takes bytes that are UTF-8 and no others', () => {
    assert.deepEqual(parseJsonBytes(new TextEncoder().encode('\ufeff{"a":"é"}')).value, { a: 'é' });
    assert.throws(() => parseJsonBytes(Uint8Array.of(0x22, 0xff, 0x22)), { code: 'encoding' });
    assert.throws(() => parseJsonBytes(Uint8Array.of(0x22, 0xed, 0xa0, 0x80, 0x22)), { code: 'encoding' });
  });
});

describe('canonicalJson', () => {
  it('sorts and writes strings as RFC 8785 §3.2.2.2 and §3.2.3 do', () => {
    const sorting = String.raw`{"\u20ac":"Euro Sign","\r":"Carriage Return","\ufb33":"Hebrew Letter Dalet With Dagesh",
      "1":"One","\ud83d\ude00":"Emoji: Grinning Face","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis"}`;
    const order = [...canonical(sorting).matchAll(/:"([^"]*)"/g)].map(([, value]) => value?.split(' ')[0]);
    assert.deepEqual(order, ['Carriage', 'One', 'Control', 'Latin', 'Euro', 'Emoji:', 'Hebrew']);
    assert.equal(
      canonical(
        String.raw`{"string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/", "literals": [null, true, false]}`,
      ),
      String.raw`{"literals":[null,true,false],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it('keeps each number as it was received', () => {
    const text = '{"a":[1.10,1E2,-0,1.0,0.10e-3,12345678901234567890,1.00000000000000000001,1e999,7],"b":1.50}';
    assert.equal(canonical(text), text);
    assert.equal(canonical('1.10'), '1.10');
  });

  it('writes numbers that code has set, and keeps the untouched ones', () => {
    const { value, numbers } = parseJson('{"x":{"value":1.10},"y":{"value":2.0}}');
    const resource = value as { x: { value: number }; y: { value: number }; z?: number | undefined };
    resource.x.value = 3.5;
    resource.z = undefined;
    assert.equal(canonicalJson(resource, numbers), '{"x":{"value":3.5},"y":{"value":2.0}}');
    for (const bad of [Number.NaN, () => 1, 1n, Symbol('s')])
      assert.throws(() => canonicalJson({ a: [bad] }, numbers), { code: 'not-json', path: 'a[0]' });
    assert.throws(() => canonicalJson({ '\ud800': 1 }, numbers), { code: 'lone-surrogate' });
  });

  it('is stable, whatever the order and the white space', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), (value) => {
        const once = canonical(JSON.stringify(value, undefined, 1));
        assert.equal(canonical(once), once);
        assert.deepEqual(JSON.parse(once), JSON.parse(JSON.stringify(value)));
        assert.equal(new TextDecoder().decode(canonicalBytes(parseJson(once).value, parseJson(once).numbers)), once);
      }),
    );
  });

  it('keeps the decimals of the official example', () => {
    const file = new URL(import.meta.resolve('hl7.fhir.r4.examples/Observation-decimal.json'));
    const text = readFileSync(file, 'utf8');
    const spelled = (json: string): string[] =>
      [...json.matchAll(/"value"\s*:\s*([-0-9.eE+]+)/g)].map((match) => match[1] ?? '');
    assert.deepEqual(spelled(canonical(text)), spelled(text));
    assert.ok(spelled(text).some((number) => number !== String(Number(number))));
  });
});

/** RFC 6902 by the vectors of json-patch/json-patch-tests, and what becomes of how numbers are spelled. */
import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import specificationTests from 'json-patch-test-suite/spec_tests.json' with { type: 'json' };
import tests from 'json-patch-test-suite/tests.json' with { type: 'json' };
import { canonicalJson } from '../json/canonical.ts';
import { parseJson, type JsonValue } from '../json/parse.ts';
import { applyJsonPatch, parseJsonPatch } from './json-patch.ts';
import { PatchError } from './patch-error.ts';

type Vector = {
  readonly comment?: string;
  readonly doc: JsonValue;
  readonly patch: JsonValue;
  readonly expected?: JsonValue;
  readonly error?: string;
  readonly disabled?: boolean;
};
const vectors = [...tests, ...specificationTests] as readonly Vector[];

const apply = (document: string, patch: string): string => {
  const parsed = parseJson(document);
  return canonicalJson(applyJsonPatch(parsed, parseJsonPatch(patch)), parsed.numbers);
};
const patched = (document: JsonValue, patch: JsonValue): string =>
  apply(JSON.stringify(document), JSON.stringify(patch));
const canonical = (text: string): string => {
  const { value, numbers } = parseJson(text);
  return canonicalJson(value, numbers);
};

describe('JSON Patch', () => {
  for (const [index, { comment, doc, patch, expected, error, disabled }] of vectors.entries()) {
    if (disabled === true) continue;
    it(`${index}: ${comment ?? JSON.stringify(patch)}`, () => {
      if (error !== undefined) throws(() => patched(doc, patch), PatchError);
      else equal(patched(doc, patch), canonical(JSON.stringify(expected ?? doc)));
    });
  }

  it('has the vectors', () => ok(vectors.length > 80));

  it('leaves numbers spelled as they were, wherever they move to, and brings its own as they are', () => {
    const document = '{"a":1.00,"list":[1.0,2.00,3e0],"o":{"v":0.10}}';
    const rows: readonly (readonly [string, string])[] = [
      ['[{"op":"add","path":"/b","value":2.50}]', '{"a":1.00,"b":2.50,"list":[1.0,2.00,3e0],"o":{"v":0.10}}'],
      ['[{"op":"replace","path":"/a","value":1}]', '{"a":1,"list":[1.0,2.00,3e0],"o":{"v":0.10}}'],
      ['[{"op":"replace","path":"/a","value":1.000}]', '{"a":1.000,"list":[1.0,2.00,3e0],"o":{"v":0.10}}'],
      ['[{"op":"add","path":"/list/0","value":1.00}]', '{"a":1.00,"list":[1.00,1.0,2.00,3e0],"o":{"v":0.10}}'],
      ['[{"op":"remove","path":"/list/0"}]', '{"a":1.00,"list":[2.00,3e0],"o":{"v":0.10}}'],
      ['[{"op":"move","from":"/list/2","path":"/list/0"}]', '{"a":1.00,"list":[3e0,1.0,2.00],"o":{"v":0.10}}'],
      ['[{"op":"move","from":"/a","path":"/o/v"}]', '{"list":[1.0,2.00,3e0],"o":{"v":1.00}}'],
      ['[{"op":"copy","from":"/o","path":"/p"}]', '{"a":1.00,"list":[1.0,2.00,3e0],"o":{"v":0.10},"p":{"v":0.10}}'],
      ['[{"op":"test","path":"/a","value":1}]', document],
    ];
    for (const [patch, expected] of rows) equal(apply(document, patch), expected);
  });

  it('says what is wrong with it, and with which operation', () => {
    const fault = (document: JsonValue, patch: string): unknown => {
      try {
        applyJsonPatch(parseJson(JSON.stringify(document)), parseJsonPatch(patch));
        return undefined;
      } catch (error) {
        return error instanceof PatchError ? [error.fault, error.operation] : error;
      }
    };
    deepEqual(fault({}, '{'), ['malformed', undefined]);
    deepEqual(fault({}, '{}'), ['malformed', undefined]);
    deepEqual(fault({}, '[{"op":"remove","op":"add","path":""}]'), ['malformed', undefined]);
    deepEqual(fault({}, '[7]'), ['malformed', 0]);
    deepEqual(fault({ a: 1 }, '[{"op":"test","path":"/a","value":1},{"op":"remove","path":"/b"}]'), [
      'not-applicable',
      1,
    ]);
    deepEqual(fault({ a: 1 }, '[{"op":"add","path":"/toString/x","value":1}]'), ['not-applicable', 0]);
    deepEqual(fault({ a: 1 }, '[{"op":"remove","path":""}]'), ['not-applicable', 0]);
  });

  it('cannot be made to fill the memory, or the stack', () => {
    const double = { op: 'copy', from: '', path: '/a' };
    const grow = Array.from({ length: 60 }, () => ({ op: 'add', path: '/-', value: 0 }));
    throws(
      () =>
        patched(
          {},
          Array.from({ length: 300 }, () => double),
        ),
      PatchError,
    );
    const wide = Array.from({ length: 40 }, (_, index) => ({ op: 'copy', from: '', path: `/${index}` }));
    throws(() => patched({ x: grow.length }, wide), PatchError);
    const deep = '['.repeat(190) + ']'.repeat(190);
    const deeper = Array.from({ length: 9 }, (_, index) => ({ op: 'add', path: `${'/0'.repeat(190 * index)}/0` }));
    const text = JSON.stringify(deeper).replaceAll('"}', `","value":${deep}}`);
    const parsed = parseJson('[]');
    throws(() => {
      const result = applyJsonPatch(parsed, parseJsonPatch(text));
      parseJson(canonicalJson(result, parsed.numbers));
    });
  });

  it('takes a member called __proto__ for a member', () => {
    equal(apply('{"a":{}}', '[{"op":"add","path":"/a/__proto__","value":{"x":1.0}}]'), '{"a":{"__proto__":{"x":1.0}}}');
    equal(
      apply('{"__proto__":1.0}', '[{"op":"copy","from":"","path":"/b"}]'),
      '{"__proto__":1.0,"b":{"__proto__":1.0}}',
    );
  });

  it('adds and removes without a trace, and copies whatever there is', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (document, value) => {
        const text = JSON.stringify(document);
        const path = '/a new~1member';
        const before = canonical(text);
        if (Object.hasOwn(JSON.parse(text), 'a new/member')) return;
        equal(
          apply(
            text,
            JSON.stringify([
              { op: 'add', path, value },
              { op: 'test', path, value },
              { op: 'remove', path },
            ]),
          ),
          before,
        );
        const copied = apply(text, JSON.stringify([{ op: 'copy', from: '', path }]));
        equal(canonical(JSON.stringify((JSON.parse(copied) as Record<string, unknown>)['a new/member'])), before);
      }),
    );
  });
});

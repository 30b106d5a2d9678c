/** What must hold of any number, date or text that is searched for. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Big } from 'big.js';
import * as fc from 'fast-check';
import { foldText } from './fold-text.ts';
import { matchesDate, matchesNumber, matchesString } from './matches-value.ts';
import { numberTest } from './number-test.ts';
import { stringTest } from './parameter-value.ts';
import { sortDecimal, sortMoment } from './sort-text.ts';
import { prefixes, type Prefix } from './search-query.ts';
import { find } from './testing/find.ts';

type Holding = Readonly<Record<Prefix, boolean>>;

const holding = (holds: (prefix: Prefix) => boolean): Holding =>
  Object.fromEntries(prefixes.map((prefix) => [prefix, holds(prefix)])) as Holding;

/** Of every kind of range (R4 search.html#prefix). */
const agree = (is: Holding): void => {
  assert.notEqual(is.eq, is.ne);
  assert.ok(!(is.sa && is.eb));
  assert.ok(!is.gt || is.ge);
  assert.ok(!is.lt || is.le);
  assert.ok(!is.sa || (is.gt && !is.lt));
  assert.ok(!is.eb || (is.lt && !is.gt));
};

/** Small enough that two of them are often equal or near. */
const written = fc
  .tuple(fc.integer({ min: -300, max: 300 }), fc.integer({ min: 0, max: 3 }))
  .map(([digits, places]) => new Big(digits).div(new Big(10).pow(places)).toFixed(places));
const plain = written.map((text) => new Big(text).toFixed());

describe('numbers', () => {
  const against = (text: string, bounds: { low: string | null; high: string | null }): Holding =>
    holding((prefix) => {
      const test = numberTest(prefix, text);
      assert.ok(test !== undefined);
      return matchesNumber(test, bounds);
    });

  it('agree with themselves, whatever is stored', () => {
    const bound = fc.option(plain);
    fc.assert(
      fc.property(written, bound, bound, (text, one, other) => {
        const turned = one !== null && other !== null && new Big(one).gt(other);
        agree(against(text, turned ? { low: other, high: one } : { low: one, high: other }));
      }),
    );
  });

  it('are less, equal or greater, and equal as far as they were written', () => {
    fc.assert(
      fc.property(written, plain, (text, stored) => {
        const is = against(text, { low: stored, high: stored });
        const order = new Big(stored).cmp(text);
        assert.deepEqual([is.lt, is.le, is.ge, is.gt], [order < 0, order <= 0, order >= 0, order > 0]);
        assert.deepEqual([is.eb, is.sa], [is.lt, is.gt]);
        const half = new Big(5).div(new Big(10).pow((text.split('.')[1] ?? '').length + 1));
        const distance = new Big(stored).minus(text);
        assert.equal(is.eq, distance.gte(half.neg()) && distance.lt(half));
      }),
    );
  });

  it('mean the same in every notation of the same precision', () => {
    fc.assert(
      fc.property(written, (text) => {
        const places = (text.split('.')[1] ?? '').length;
        const whole = new Big(text).times(new Big(10).pow(places)).toFixed(0);
        for (const prefix of prefixes)
          assert.deepEqual(numberTest(prefix, `${text}e${places}`), numberTest(prefix, whole));
      }),
    );
  });
});

describe('dates', () => {
  const interval = fc
    .tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 1, max: 10 }))
    .map(([start, length]) => ({ start, end: start + length }));

  it('agree with themselves, whatever is stored', () => {
    fc.assert(
      fc.property(interval, interval, (asked, stored) => {
        const is = holding((prefix) => matchesDate({ prefix, ...asked }, stored));
        agree(is);
        assert.equal(is.ge, is.gt || is.eq);
        assert.equal(is.le, is.lt || is.eq);
        assert.equal(is.ap, !is.sa && !is.eb);
      }),
    );
  });
});

describe('texts', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });

  it('fold once and for all, and to the same whatever their case and form', () => {
    fc.assert(
      fc.property(text, (value) => {
        const folded = foldText(value);
        assert.equal(foldText(folded), folded);
        for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'] as const)
          assert.equal(foldText(value.normalize(form)), folded, form);
        // A Greek iota under a letter is a mark; in capitals it stands beside it, a letter.
        if (!value.normalize('NFD').includes('\u0345')) assert.equal(foldText(value.toUpperCase()), folded);
        assert.equal(foldText(value.toLowerCase()), folded);
      }),
      { numRuns: 2000 },
    );
  });

  it('are found by their beginning, their middle and themselves', () => {
    fc.assert(
      fc.property(text, text, text, (before, middle, after) => {
        const whole = before + middle + after;
        for (const [match, part] of [
          ['starts', before],
          ['contains', middle],
          ['exact', whole],
        ] as const) {
          const test = stringTest(part.replaceAll(/[\\,$|]/g, '\\$&'), match);
          assert.ok(test === undefined || matchesString(test, whole), match);
        }
      }),
    );
  });

  it('come through escaping as they are, and separate nothing', () => {
    const escaped = (value: string): string => encodeURIComponent(value.replaceAll(/[\\,$|]/g, '\\$&'));
    const special = fc.string({
      unit: fc.constantFrom('\\', ',', '$', '|', 'a', 'b', ' '),
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(special, special, (code, other) => {
        const group = {
          resourceType: 'Group',
          id: 'it',
          code: { coding: [{ system: other, code }], text: code },
          characteristic: [
            { code: { coding: [{ code }] }, valueCodeableConcept: { coding: [{ system: other, code: other }] } },
          ],
        };
        for (const search of [
          `code=${escaped(code)}`,
          `code=${escaped(other)}|${escaped(code)}`,
          `code=${escaped(other)}|`,
          `code=nothing,${escaped(code)}`,
          `characteristic-value=${escaped(code)}$${escaped(other)}|${escaped(other)}`,
        ])
          assert.equal(find(`Group?${search}`, [group]), 'it', search);
        assert.equal(find(`Group?code=${escaped(`${code}!`)}`, [group]), '');
      }),
    );
  });
});

describe('sort keys', () => {
  const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

  it('are in the order of what they stand for', () => {
    const exponent = fc.integer({ min: -30, max: 30 });
    const decimal = fc.tuple(plain, exponent).map(([digits, power]) => new Big(`${digits}e${power}`));
    fc.assert(
      fc.property(decimal, decimal, (a, b) => {
        assert.equal(compare(sortDecimal(a.toFixed()), sortDecimal(b.toFixed())), a.cmp(b));
      }),
    );
    const moment = fc.integer({ min: -8_640_000_000_000_000, max: 8_640_000_000_000_000 });
    fc.assert(
      fc.property(moment, moment, (a, b) => {
        assert.equal(compare(sortMoment(a), sortMoment(b)), Math.sign(a - b));
      }),
    );
  });
});

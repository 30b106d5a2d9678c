import { deepEqual, equal } from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import type { LeafRange } from '@chartseal/tlog';
import fc from 'fast-check';
import { hmac } from './hmac.ts';
import { LeafRanges } from './leaf-ranges.ts';
import { Leaves } from './leaves.ts';

const leafIndex = fc.nat(40);
const ranges = fc.array(
  fc.tuple(leafIndex, leafIndex).map(([a, b]): LeafRange => [Math.min(a, b), Math.max(a, b)]),
  { maxLength: 6 },
);
const leavesOf = (all: Iterable<LeafRange>): number[] =>
  [...all].flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, at) => first + at));
const entryOf = (leaf: number): Uint8Array => new Uint8Array(32).fill(leaf + 1);

describe('Leaves', () => {
  it('know who claimed them, and which nobody did', () => {
    fc.assert(
      fc.property(fc.nat(5), fc.nat(40), fc.array(leafIndex), (from, more, claims) => {
        const leaves = new Leaves(from, from + more);
        const known = claims.filter((leaf) => leaves.has(leaf));
        const seen = new Set<number>();
        for (const leaf of known) {
          equal(leaves.claim(leaf), seen.has(leaf) ? 'again' : 'first');
          seen.add(leaf);
        }
        const all = Array.from({ length: more }, (_, at) => from + at);
        deepEqual(
          leavesOf(leaves.unclaimed()),
          all.filter((leaf) => !seen.has(leaf)),
        );
      }),
    );
  });

  it('hold the entries that were read, and no other', () => {
    const leaves = new Leaves(2, 5);
    leaves.put(2, entryOf(2));
    leaves.put(4, new Uint8Array(31));
    leaves.put(1, entryOf(1));
    leaves.claim(4);
    deepEqual(
      [leaves.is(2, entryOf(2)), leaves.is(2, entryOf(3)), leaves.is(2, new Uint8Array())],
      [true, false, false],
    );
    // Nobody could read them: zeros are no entry.
    deepEqual([leaves.is(3, new Uint8Array(32)), leaves.is(4, new Uint8Array(32))], [false, false]);
  });
});

it('Ranges of leaves are those leaves, however they are told', () => {
  fc.assert(
    fc.property(ranges, leafIndex, leafIndex, (told, a, b) => {
      const set = new Set(leavesOf(told));
      const joined = new LeafRanges(told);
      for (let leaf = 0; leaf <= 41; leaf += 1) equal(joined.has(leaf), set.has(leaf));
      const range: LeafRange = [Math.min(a, b), Math.max(a, b)];
      deepEqual(
        leavesOf(joined.outside(range)),
        leavesOf([range]).filter((leaf) => !set.has(leaf)),
      );
    }),
  );
});

it('HMAC by two hashes is HMAC', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.integer({ min: 16_000, max: 17_000 }).map((n) => 'é'.repeat(n)),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), texts, (key, text) => {
      deepEqual(hmac(key, text), createHmac('sha256', key).update(text, 'utf8').digest());
    }),
    { numRuns: 40 },
  );
});

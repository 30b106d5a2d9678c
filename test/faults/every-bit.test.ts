/**
 * Every bit of the proofs of small trees, of the leaf and of the roots, changed one at a time. The proofs are made and verified by packages/tlog as ever;
 * the hash that it is given here is quicker than SHA-256 and hides no such change. `CHARTSEAL_EXHAUSTIVE=1`: of all trees, which are 200 million changes.
 */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { everyBitIsRefused, forEachPair, largestTree, quickHash } from '@chartseal/tlog/testing';

const upTo = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1);
const sizes =
  process.env['CHARTSEAL_EXHAUSTIVE'] === '1' ? upTo(largestTree) : [...upTo(32), 64, 100, 257, largestTree];

it(`refuses every change of one bit of every proof of ${sizes.length} trees of up to ${largestTree} leaves`, async () => {
  // Of this many errors nobody reads the stack.
  Error.stackTraceLimit = 0;
  let proofs = 0;
  const refuse = everyBitIsRefused(quickHash);
  await forEachPair(quickHash, sizes, (inclusion, consistency) => {
    refuse(inclusion, consistency);
    proofs += 2;
  });
  assert.equal(proofs, 2 * sizes.reduce((sum, size) => sum + size, 0));
});

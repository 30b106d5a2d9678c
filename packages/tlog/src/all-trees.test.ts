/** Every bit of every one of these proofs is changed in test/faults/every-bit.test.ts, which takes minutes. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { verifyConsistency } from './consistency-proof.ts';
import { verifyInclusion } from './inclusion-proof.ts';
import { sha256 } from './node.ts';
import {
  bitsOf,
  consistencyIsRefused,
  everyBitIsRefused,
  forEachPair,
  inclusionIsRefused,
  isRefused,
  largestTree,
} from './testing/index.ts';

// Hundreds of thousands of errors, of which nobody reads the stack.
Error.stackTraceLimit = 0;

describe(`every tree of up to ${largestTree} leaves`, () => {
  const sizes = Array.from({ length: largestTree }, (_, at) => at + 1);

  it('proves each leaf and each older tree, and refuses each proof with a bit changed, a hash more, or one less', async () => {
    let turn = 0;
    await forEachPair(sha256, sizes, (inclusion, consistency) => {
      verifyInclusion(sha256, inclusion);
      verifyConsistency(sha256, consistency);
      // 97 is prime to every number of bits here, so that all hashes and all their bits have their turn.
      turn += 97;
      inclusionIsRefused(sha256, inclusion, turn % bitsOf(inclusion, 2));
      consistencyIsRefused(sha256, consistency, turn % bitsOf(consistency, consistency.oldSize === 0 ? 1 : 2));
      for (const proof of [inclusion.proof.slice(1), [...inclusion.proof, inclusion.rootHash]])
        if (proof.length !== inclusion.proof.length)
          assert.ok(isRefused(() => verifyInclusion(sha256, { ...inclusion, proof })));
      for (const proof of [consistency.proof.slice(1), [...consistency.proof, consistency.newRoot]])
        if (proof.length !== consistency.proof.length)
          assert.ok(isRefused(() => verifyConsistency(sha256, { ...consistency, proof })));
    });
  });

  it('refuses a proof for any other leaf or older tree', async () => {
    await forEachPair(sha256, [1, 2, 3, 7, 8, 9, 33, 64, 100], (inclusion, consistency) => {
      for (let other = 0; other < inclusion.treeSize; other += 1) {
        if (other === inclusion.leafIndex) continue;
        assert.ok(isRefused(() => verifyInclusion(sha256, { ...inclusion, leafIndex: other })));
        assert.ok(isRefused(() => verifyConsistency(sha256, { ...consistency, oldSize: other })));
      }
    });
  });

  it('refuses every change of one bit: of the proof, of the leaf, of either root', async () => {
    await forEachPair(sha256, [1, 2, 3, 4, 5, 6, 7, 8, 13, 17], everyBitIsRefused(sha256));
  });
});

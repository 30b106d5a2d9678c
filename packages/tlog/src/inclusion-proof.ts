/** RFC 9162 §2.1.3: that a leaf is in a tree. */
import { equalBytes } from './bytes.ts';
import { readRangeHashes, type HashReader, type LeafRange } from './hash-reader.ts';
import { nodeHash, requireHashes, type Sha256 } from './merkle-hash.ts';
import { splitPoint } from './range.ts';
import { requireSize, TlogError } from './tlog-error.ts';

/** §2.1.3.1, `PATH(m, D_n)`: from the leaf's sibling up to the root's child. Precondition: 0 <= leafIndex < treeSize. */
export const inclusionProof = async (
  sha256: Sha256,
  leafIndex: number,
  treeSize: number,
  read: HashReader,
): Promise<Uint8Array[]> => {
  requireLeaf(leafIndex, treeSize);
  const siblings: LeafRange[] = [];
  let [begin, end] = [0, treeSize];
  while (end - begin > 1) {
    const middle = begin + splitPoint(end - begin);
    if (leafIndex < middle) {
      siblings.push({ begin: middle, end });
      end = middle;
    } else {
      siblings.push({ begin, end: middle });
      begin = middle;
    }
  }
  return readRangeHashes(sha256, siblings.toReversed(), read);
};

/** All that a verifier needs. `leafHash` is the hash of the entry that is claimed to be there. */
export type InclusionClaim = {
  readonly leafIndex: number;
  readonly treeSize: number;
  readonly leafHash: Uint8Array;
  readonly rootHash: Uint8Array;
  readonly proof: readonly Uint8Array[];
};

/**
 * §2.1.3.2, the root that the proof leads to: for who has it from a signature that carries it detached.
 * @throws TlogError `size`, `malformed` where a hash is not 32 bytes, or `mismatch` where the proof has not the length that it must have
 */
export const rootOfInclusion = (
  sha256: Sha256,
  { leafIndex, treeSize, leafHash, proof }: Omit<InclusionClaim, 'rootHash'>,
): Uint8Array => {
  // Step 1.
  requireLeaf(leafIndex, treeSize);
  requireHashes([leafHash, ...proof]);
  // Steps 2 and 3.
  let [fn, sn, hash] = [leafIndex, treeSize - 1, leafHash];
  for (const sibling of proof) {
    // Step 4 (a).
    if (sn === 0) throw new TlogError('mismatch', 'the inclusion proof is longer than the tree is high');
    // Step 4 (b): a right child, or the last node of its level, which goes up until it is one.
    if (fn % 2 === 1 || fn === sn) {
      hash = nodeHash(sha256, sibling, hash);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [fn / 2, Math.floor(sn / 2)];
    } else {
      hash = nodeHash(sha256, hash, sibling);
    }
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  // Step 5, its first half; verifyInclusion does the other.
  if (sn !== 0) throw new TlogError('mismatch', 'the inclusion proof is shorter than the tree is high');
  return hash;
};

/**
 * §2.1.3.2.
 * @throws TlogError `size`, `malformed` where a hash is not 32 bytes, or `mismatch` where the proof does not lead from the leaf to the root
 */
export const verifyInclusion = (sha256: Sha256, claim: InclusionClaim): void => {
  requireHashes([claim.rootHash]);
  if (!equalBytes(rootOfInclusion(sha256, claim), claim.rootHash))
    throw new TlogError('mismatch', 'the inclusion proof does not lead to the root');
};

const requireLeaf = (leafIndex: number, treeSize: number): void => {
  requireSize(leafIndex, 'leaf index');
  requireSize(treeSize, 'tree size');
  if (leafIndex >= treeSize) throw new TlogError('size', 'the leaf index is not below the tree size');
};

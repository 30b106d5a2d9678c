/** RFC 9162 §2.1.4: that a tree continues an older one. */
import { equalBytes } from './bytes.ts';
import { readRangeHashes, type HashReader, type LeafRange } from './hash-reader.ts';
import { emptyRoot, nodeHash, requireHashes, type Sha256 } from './merkle-hash.ts';
import { splitPoint } from './range.ts';
import { requireSize, TlogError } from './tlog-error.ts';

/** §2.1.4.1, `PROOF(m, D_n)`; empty from an empty tree and between equal sizes. Precondition: 0 <= oldSize <= newSize. */
export const consistencyProof = async (
  sha256: Sha256,
  oldSize: number,
  newSize: number,
  read: HashReader,
): Promise<Uint8Array[]> => {
  requireOrder(oldSize, newSize);
  if (oldSize === 0 || oldSize === newSize) return [];
  const ranges: LeafRange[] = [];
  let [begin, end] = [0, newSize];
  while (oldSize !== end) {
    const middle = begin + splitPoint(end - begin);
    if (oldSize <= middle) {
      ranges.push({ begin: middle, end });
      end = middle;
    } else {
      ranges.push({ begin, end: middle });
      begin = middle;
    }
  }
  // SUBPROOF's `b`: the old tree's own root is known to the verifier and left out.
  if (begin > 0) ranges.push({ begin, end });
  return readRangeHashes(sha256, ranges.toReversed(), read);
};

export type ConsistencyClaim = {
  readonly oldSize: number;
  readonly newSize: number;
  readonly oldRoot: Uint8Array;
  readonly newRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
};

/**
 * §2.1.4.2. From an empty tree every tree is consistent, with an empty proof.
 * @throws TlogError `size` where the new tree is smaller, `malformed` where a hash is not 32 bytes, `mismatch` where it does not continue the old one
 */
export const verifyConsistency = (
  sha256: Sha256,
  { oldSize, newSize, oldRoot, newRoot, proof }: ConsistencyClaim,
): void => {
  // Precondition: 0 < first < second; the two cases beside it have no proof to look at.
  requireOrder(oldSize, newSize);
  requireHashes([oldRoot, newRoot, ...proof]);
  if (oldSize === 0 || oldSize === newSize) {
    const expected = oldSize === newSize ? newRoot : emptyRoot(sha256);
    if (proof.length > 0 || !equalBytes(oldRoot, expected)) throw mismatch();
    return;
  }
  // Steps 2 and 1: what a perfect old tree's proof leaves out is its root; and no proof is empty.
  const [first, ...rest] = isPowerOfTwo(oldSize) ? [oldRoot, ...proof] : proof;
  if (first === undefined) throw mismatch();
  // Steps 3 to 5.
  let [fn, sn] = [oldSize - 1, newSize - 1];
  while (fn % 2 === 1) [fn, sn] = half(fn, sn);
  let [oldHash, newHash] = [first, first];
  for (const node of rest) {
    // Step 6 (a).
    if (sn === 0) throw mismatch();
    // Step 6 (b): in both trees, or in the new one alone.
    if (fn % 2 === 1 || fn === sn) {
      oldHash = nodeHash(sha256, node, oldHash);
      newHash = nodeHash(sha256, node, newHash);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = half(fn, sn);
    } else {
      newHash = nodeHash(sha256, newHash, node);
    }
    [fn, sn] = half(fn, sn);
  }
  // Step 7.
  if (sn !== 0 || !equalBytes(oldHash, oldRoot) || !equalBytes(newHash, newRoot)) throw mismatch();
};

const half = (fn: number, sn: number): [number, number] => [Math.floor(fn / 2), Math.floor(sn / 2)];

const isPowerOfTwo = (size: number): boolean => splitPoint(size + 1) === size;

const mismatch = (): TlogError => new TlogError('mismatch', 'the new tree does not continue the old one');

const requireOrder = (oldSize: number, newSize: number): void => {
  requireSize(oldSize, 'old size');
  requireSize(newSize, 'new size');
  if (oldSize > newSize) throw new TlogError('size', 'the new tree is smaller than the old one');
};

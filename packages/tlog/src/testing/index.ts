/** For tests: the proofs of small trees, each bit of which can be changed. */
import assert from 'node:assert/strict';
import { append, emptyTree, rootHash } from '../compact-tree.ts';
import { consistencyProof, verifyConsistency, type ConsistencyClaim } from '../consistency-proof.ts';
import type { HashReader } from '../hash-reader.ts';
import { inclusionProof, verifyInclusion, type InclusionClaim } from '../inclusion-proof.ts';
import { leafHash, type Sha256 } from '../merkle-hash.ts';
import { TlogError } from '../tlog-error.ts';

type Trees = {
  readonly leaves: readonly Uint8Array[];
  /** By size. */
  readonly roots: readonly Uint8Array[];
  readonly read: HashReader;
};

/** What every test here goes up to. */
export const largestTree = 300;

const known = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('not in these trees');
  return value;
};

const growTrees = (hash: Sha256): Trees => {
  const nodes = new Map<string, Uint8Array>();
  const leaves = Array.from({ length: largestTree }, (_, at) => leafHash(hash, Buffer.from(`entry ${at}`)));
  let tree = emptyTree;
  const roots = [rootHash(hash, tree)];
  for (const leaf of leaves) {
    tree = append(hash, tree, [leaf], (level, index, node) => nodes.set(`${level}/${index}`, node));
    roots.push(rootHash(hash, tree));
  }
  const read: HashReader = async (wanted) => wanted.map(({ level, index }) => known(nodes.get(`${level}/${index}`)));
  return { leaves, roots, read };
};

const inclusionOf = async (
  hash: Sha256,
  trees: Trees,
  leafIndex: number,
  treeSize: number,
): Promise<InclusionClaim> => ({
  leafIndex,
  treeSize,
  leafHash: known(trees.leaves[leafIndex]),
  rootHash: known(trees.roots[treeSize]),
  proof: await inclusionProof(hash, leafIndex, treeSize, trees.read),
});

const consistencyOf = async (
  hash: Sha256,
  trees: Trees,
  oldSize: number,
  newSize: number,
): Promise<ConsistencyClaim> => ({
  oldSize,
  newSize,
  oldRoot: known(trees.roots[oldSize]),
  newRoot: known(trees.roots[newSize]),
  proof: await consistencyProof(hash, oldSize, newSize, trees.read),
});

/** Both claims of each pair of a smaller number and a size. */
export const forEachPair = async (
  hash: Sha256,
  sizes: readonly number[],
  look: (inclusion: InclusionClaim, consistency: ConsistencyClaim) => void,
): Promise<void> => {
  const trees = growTrees(hash);
  for (const size of sizes)
    for (let smaller = 0; smaller < size; smaller += 1)
      look(await inclusionOf(hash, trees, smaller, size), await consistencyOf(hash, trees, smaller, size));
};

const flip = (bytes: Uint8Array, bit: number): Uint8Array => {
  const changed = Uint8Array.from(bytes);
  changed[bit >> 3] = known(changed[bit >> 3]) ^ (1 << (bit & 7));
  return changed;
};

/** Not assert.throws, which costs more than what is tried here. */
export const isRefused = (verify: () => void): boolean => {
  try {
    verify();
    return false;
  } catch (error) {
    return error instanceof TlogError && error.code === 'mismatch';
  }
};

/** The claim with one bit of its hashes changed. The bits are those of the proof in its order, then those of the two hashes that are beside it. */
const withBit = <Claim extends { readonly proof: readonly Uint8Array[] }>(
  claim: Claim,
  beside: readonly (keyof Claim & ('leafHash' | 'rootHash' | 'oldRoot' | 'newRoot'))[],
  bit: number,
): Claim => {
  const [at, within] = [bit >> 8, bit & 255];
  if (at < claim.proof.length) return { ...claim, proof: claim.proof.with(at, flip(known(claim.proof[at]), within)) };
  const name = known(beside[at - claim.proof.length]);
  return { ...claim, [name]: flip(claim[name] as Uint8Array, within) };
};

export const inclusionIsRefused = (hash: Sha256, claim: InclusionClaim, bit: number): void => {
  const changed = withBit(claim, ['leafHash', 'rootHash'], bit);
  if (!isRefused(() => verifyInclusion(hash, changed)))
    assert.fail(`bit ${bit} of the proof of leaf ${claim.leafIndex} of ${claim.treeSize}`);
};

export const consistencyIsRefused = (hash: Sha256, claim: ConsistencyClaim, bit: number): void => {
  // From an empty tree nothing is proven, so nothing stands for the new root.
  const changed = withBit(claim, claim.oldSize === 0 ? ['oldRoot'] : ['oldRoot', 'newRoot'], bit);
  if (!isRefused(() => verifyConsistency(hash, changed)))
    assert.fail(`bit ${bit} of the proof from ${claim.oldSize} to ${claim.newSize}`);
};

export const bitsOf = ({ proof }: InclusionClaim | ConsistencyClaim, beside: number): number =>
  (proof.length + beside) * 256;

export const everyBitIsRefused = (hash: Sha256) => (inclusion: InclusionClaim, consistency: ConsistencyClaim) => {
  for (let bit = 0; bit < bitsOf(inclusion, 2); bit += 1) inclusionIsRefused(hash, inclusion, bit);
  const beside = consistency.oldSize === 0 ? 1 : 2;
  for (let bit = 0; bit < bitsOf(consistency, beside); bit += 1) consistencyIsRefused(hash, consistency, bit);
};

/**
 * Quicker than SHA-256, for changes of one bit alone: each byte goes into one of 32 by a bijection of that one, so that two inputs that differ in one byte
 * never have one digest.
 */
export const quickHash: Sha256 = (data) => {
  const digest = new Uint8Array(32);
  for (let at = 0; at < data.length; at += 1) digest[at & 31] = ((digest[at & 31] ?? 0) ^ (data[at] ?? 0)) * 5 + 1;
  return digest;
};

/** Trees that no machine holds, near 2^32 and up to the last size, 2^53 - 1: all leaves are the same but one, so that any subtree's hash is quickly made. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { append, parseTree, rootHash, serialiseTree, type CompactTree } from './compact-tree.ts';
import { consistencyProof, verifyConsistency } from './consistency-proof.ts';
import { inclusionProof, verifyInclusion } from './inclusion-proof.ts';
import { leafHash, nodeHash } from './merkle-hash.ts';
import { sha256 } from './node.ts';
import { completeSubtrees, type Node } from './range.ts';
import { parseTilePath, tileHashReader, tilePath, widthInTree } from './tile.ts';
import { TlogError } from './tlog-error.ts';

const [common, odd] = ['common', 'odd'].map((text) => leafHash(sha256, Buffer.from(text))) as [Uint8Array, Uint8Array];

/** By level, of subtrees without the odd leaf. */
const plain = [common];
for (let level = 1; level <= 53; level += 1) plain.push(nodeHash(sha256, plain[level - 1]!, plain[level - 1]!));

const hashOf = ({ level, index }: Node, oddLeaf: number): Uint8Array => {
  if (Math.floor(oddLeaf / 2 ** level) !== index) return plain[level]!;
  if (level === 0) return odd;
  const [left, right] = [index * 2, index * 2 + 1].map((child) => hashOf({ level: level - 1, index: child }, oddLeaf));
  return nodeHash(sha256, left!, right!);
};

const treeOf = (treeSize: number, oddLeaf: number): CompactTree => ({
  treeSize,
  edge: completeSubtrees(0, treeSize).map((node) => hashOf(node, oddLeaf)),
});

const last = Number.MAX_SAFE_INTEGER;
const size = fc.oneof(
  fc.integer({ min: 2 ** 32 - 1000, max: 2 ** 32 + 1000 }),
  fc.integer({ min: 2 ** 31 - 1000, max: 2 ** 31 + 1000 }),
  fc.integer({ min: last - 1000, max: last }),
  fc.integer({ min: 2 ** 52 - 1000, max: 2 ** 52 + 1000 }),
  fc.integer({ min: 2, max: last }),
);
/** A size, and a number below it that is not 0: near either end or anywhere. */
const sizeAndSmaller = size.chain((treeSize) =>
  fc.tuple(
    fc.constant(treeSize),
    fc.oneof(
      fc.integer({ min: 1, max: treeSize - 1 }),
      fc.integer({ min: Math.max(1, treeSize - 300), max: treeSize - 1 }),
      fc.integer({ min: 1, max: Math.min(treeSize - 1, 300) }),
    ),
  ),
);
const isMismatch = (error: unknown): boolean => error instanceof TlogError && error.code === 'mismatch';
const isSize = (error: unknown): boolean => error instanceof TlogError && error.code === 'size';

describe('trees of up to 2^53 - 1 leaves', () => {
  it('prove a leaf, and no other place for it', async () => {
    await fc.assert(
      fc.asyncProperty(sizeAndSmaller, async ([treeSize, leafIndex]) => {
        const read = async (nodes: readonly Node[]) => nodes.map((node) => hashOf(node, leafIndex));
        const proof = await inclusionProof(sha256, leafIndex, treeSize, read);
        const claim = { treeSize, leafHash: odd, rootHash: rootHash(sha256, treeOf(treeSize, leafIndex)), proof };
        verifyInclusion(sha256, { ...claim, leafIndex });
        assert.throws(() => verifyInclusion(sha256, { ...claim, leafIndex: leafIndex - 1 }), isMismatch);
        assert.throws(() => verifyInclusion(sha256, { ...claim, leafIndex, leafHash: common }), isMismatch);
      }),
    );
  });

  it('prove an older tree, and not one in which a leaf was another', async () => {
    await fc.assert(
      fc.asyncProperty(
        sizeAndSmaller,
        fc.double({ min: 0, max: 1, noNaN: true }),
        async ([newSize, oldSize], where) => {
          const oddLeaf = Math.floor(where * (oldSize - 1));
          const read = async (nodes: readonly Node[]) => nodes.map((node) => hashOf(node, oddLeaf));
          const proof = await consistencyProof(sha256, oldSize, newSize, read);
          const [oldRoot, newRoot] = [oldSize, newSize].map((each) => rootHash(sha256, treeOf(each, oddLeaf)));
          const claim = { oldSize, newSize, oldRoot: oldRoot!, newRoot: newRoot!, proof };
          verifyConsistency(sha256, claim);
          const rewritten = rootHash(sha256, treeOf(oldSize, last));
          assert.throws(() => verifyConsistency(sha256, { ...claim, oldRoot: rewritten }), isMismatch);
        },
      ),
    );
  });

  it('grow by a leaf to the tree that is one larger', () => {
    fc.assert(
      fc.property(size, (treeSize) => {
        const grown = append(sha256, parseTree(serialiseTree(treeOf(treeSize - 1, last))), [common]);
        assert.equal(serialiseTree(grown), serialiseTree(treeOf(treeSize, last)));
      }),
    );
  });

  it('have tiles whose paths and widths are theirs', async () => {
    await fc.assert(
      fc.asyncProperty(sizeAndSmaller, async ([treeSize, leafIndex]) => {
        const readTile = async (tile: { level: number | 'entries'; index: number; width: number }) => {
          const { level, index, width } = parseTilePath(tilePath(tile))!;
          assert.equal(width, widthInTree(level, index, treeSize));
          const at = (place: number): Node => ({ level: Number(level) * 8, index: index * 256 + place });
          return Buffer.concat(Array.from({ length: width }, (_, place) => hashOf(at(place), leafIndex)));
        };
        const proof = await inclusionProof(sha256, leafIndex, treeSize, tileHashReader(sha256, treeSize, readTile));
        const root = rootHash(sha256, treeOf(treeSize, leafIndex));
        verifyInclusion(sha256, { leafIndex, treeSize, leafHash: odd, rootHash: root, proof });
      }),
    );
  });

  it('are no larger than that', async () => {
    assert.throws(() => append(sha256, treeOf(last, 0), [common]), isSize);
    const proof: Uint8Array[] = [];
    for (const outside of [2 ** 53, -1, 0.5, Number.NaN, Infinity]) {
      const inclusion = { leafHash: odd, rootHash: odd, proof };
      assert.throws(() => verifyInclusion(sha256, { ...inclusion, leafIndex: 0, treeSize: outside }), isSize);
      assert.throws(() => verifyInclusion(sha256, { ...inclusion, leafIndex: outside, treeSize: last }), isSize);
      const roots = { oldRoot: odd, newRoot: odd, proof };
      assert.throws(() => verifyConsistency(sha256, { ...roots, oldSize: outside, newSize: last }), isSize);
      assert.throws(() => verifyConsistency(sha256, { ...roots, oldSize: 0, newSize: outside }), isSize);
    }
    assert.throws(() => parseTree('9007199254740992:'), TlogError);
  });
});

/** A Merkle tree of which only the right edge is kept: O(log n) state, enough to append for ever and to know the root. */
import { concat, fromBase64, toBase64 } from './bytes.ts';
import { emptyRoot, hashLength, nodeHash, type Sha256 } from './merkle-hash.ts';
import { completeSubtrees } from './range.ts';
import { requireSize, TlogError } from './tlog-error.ts';

/** `edge`: the hashes of the complete subtrees of the tree, left to right, largest first. */
export type CompactTree = { readonly treeSize: number; readonly edge: readonly Uint8Array[] };

export const emptyTree: CompactTree = { treeSize: 0, edge: [] };

/** RFC 9162 §2.1.2: appends leaf hashes, merging what became complete. `onNode` sees each subtree that becomes complete, the leaves themselves (level 0) included. */
export const append = (
  sha256: Sha256,
  tree: CompactTree,
  leafHashes: Iterable<Uint8Array>,
  onNode?: (level: number, index: number, hash: Uint8Array) => void,
): CompactTree => {
  const edge = [...tree.edge];
  let { treeSize } = tree;
  for (const leaf of leafHashes) {
    let hash = leaf;
    let index = treeSize;
    onNode?.(0, index, hash);
    for (let level = 1; index % 2 === 1; level += 1) {
      const left = edge.pop();
      if (left === undefined) throw new TlogError('malformed', 'the edge does not fit the tree size');
      hash = nodeHash(sha256, left, hash);
      index = (index - 1) / 2;
      onNode?.(level, index, hash);
    }
    edge.push(hash);
    treeSize = requireSize(treeSize + 1, 'tree size');
  }
  return { treeSize, edge };
};

/** RFC 6962 §2.1: the root of the whole tree. */
export const rootHash = (sha256: Sha256, { edge }: Pick<CompactTree, 'edge'>): Uint8Array => {
  const root = edge.reduceRight<Uint8Array | undefined>(
    (right, left) => (right === undefined ? left : nodeHash(sha256, left, right)),
    undefined,
  );
  return root ?? emptyRoot(sha256);
};

/** `<size>:<base64 of the edge>`: what a log keeps between appends. */
export const serialiseTree = ({ treeSize, edge }: CompactTree): string => `${treeSize}:${toBase64(concat(...edge))}`;

/** @throws TlogError `malformed` */
export const parseTree = (text: string): CompactTree => {
  const [, digits, encoded = ''] = /^(0|[1-9]\d{0,15}):(.*)$/.exec(text) ?? [];
  const bytes = fromBase64(encoded);
  const treeSize = Number(digits);
  if (digits === undefined || bytes === undefined || !Number.isSafeInteger(treeSize))
    throw new TlogError('malformed', 'not a serialised tree');
  const nodes = completeSubtrees(0, treeSize);
  if (bytes.length !== nodes.length * hashLength)
    throw new TlogError('malformed', 'the edge does not fit the tree size');
  return { treeSize, edge: nodes.map((_, at) => bytes.subarray(at * hashLength, (at + 1) * hashLength)) };
};

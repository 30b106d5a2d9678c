import { nodeHash, type Sha256 } from './merkle-hash.ts';
import { completeSubtrees, type Node } from './range.ts';
import { TlogError } from './tlog-error.ts';

/** Reads the hashes of complete subtrees, in the order asked for: from tiles, a database, or memory. */
export type HashReader = (nodes: readonly Node[]) => Promise<readonly Uint8Array[]>;

/** Half-open: leaves begin … end - 1. */
export type LeafRange = { readonly begin: number; readonly end: number };

/** The hashes of ranges, each of which may end at an incomplete right edge. All their subtrees are read at once. */
export const readRangeHashes = async (
  sha256: Sha256,
  ranges: readonly LeafRange[],
  read: HashReader,
): Promise<Uint8Array[]> => {
  const subtrees = ranges.map(({ begin, end }) => completeSubtrees(begin, end));
  const hashes = (await read(subtrees.flat())).values();
  return subtrees.map((nodes) => {
    const own = nodes.map(() => hashes.next().value);
    const folded = own.reduceRight(
      (right, left) => (right === undefined || left === undefined ? (left ?? right) : nodeHash(sha256, left, right)),
      undefined,
    );
    if (folded === undefined || own.includes(undefined))
      throw new TlogError('unavailable', 'a hash of the tree is missing');
    return folded;
  });
};

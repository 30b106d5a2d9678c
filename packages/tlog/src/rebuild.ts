/** For audits and fsck: the tree again from its entries alone, beside what the log stores. https://c2sp.org/tlog-tiles */
import { equalBytes } from './bytes.ts';
import { emptyTree, type CompactTree } from './compact-tree.ts';
import { integrate } from './integrate.ts';
import { hashLength, type Sha256 } from './merkle-hash.ts';
import { decodeBundle, tilePath, tileWidth, widthInTree } from './tile.ts';
import type { TileCoordinates, TileData, TileReader } from './tile.ts';
import { requireSize, TlogError } from './tlog-error.ts';

/** A hash tile that is not what the entries make of it. */
export type TileFault = { readonly tile: TileCoordinates; readonly fault: 'missing' | 'different' };

/**
 * The tree of the first `treeSize` entries, bundle by bundle: its rootHash is to be compared with a checkpoint's. Memory: one bundle.
 * @throws TlogError `unavailable` where a bundle is missing or too short, `malformed` where it is none
 */
export const rootFromEntries = async (sha256: Sha256, treeSize: number, read: TileReader): Promise<CompactTree> =>
  rebuild(sha256, treeSize, read, async () => undefined);

/**
 * As rootFromEntries; besides, reads every hash tile that a log of this size has and reports each that differs from the entries below it.
 * @throws TlogError as rootFromEntries
 */
export const compareTiles = async (
  sha256: Sha256,
  treeSize: number,
  read: TileReader,
  report: (fault: TileFault) => void,
): Promise<CompactTree> =>
  rebuild(sha256, treeSize, read, async ({ level, index, width, data }) => {
    const tile = { level, index, width };
    const stored = await read(tile);
    if (stored === undefined) report({ tile, fault: 'missing' });
    // A wider partial tile is as good (tlog-tiles, "Partial Tiles"): what it begins with is compared. No tile is wider than a full one.
    else if (stored.length > tileWidth * hashLength || !equalBytes(stored.subarray(0, data.length), data))
      report({ tile, fault: 'different' });
  });

/** `onTile` sees each hash tile once, in the widest form that it has in the tree. */
const rebuild = async (
  sha256: Sha256,
  treeSize: number,
  read: TileReader,
  onTile: (tile: TileData) => Promise<void>,
): Promise<CompactTree> => {
  requireSize(treeSize, 'tree size');
  const unfinished = new Map<number, TileData>();
  let tree = emptyTree;
  for (let index = 0; tree.treeSize < treeSize; index += 1) {
    const entries = await readBundle({ level: 'entries', index, width: widthInTree('entries', index, treeSize) }, read);
    // A bundle holds 256 aligned entries, so each level has at most one tile that is neither finished nor new.
    const grown = await integrate(sha256, tree, entries, async ({ level }) =>
      level === 'entries' ? undefined : unfinished.get(level)?.data,
    );
    for (const tile of grown.tiles) {
      if (tile.level === 'entries') continue;
      unfinished.set(tile.level, tile);
      if (tile.width < tileWidth) continue;
      await onTile(tile);
      unfinished.delete(tile.level);
    }
    ({ tree } = grown);
  }
  for (const tile of unfinished.values()) await onTile(tile);
  return tree;
};

const readBundle = async (tile: TileCoordinates, read: TileReader): Promise<readonly Uint8Array[]> => {
  const data = await read(tile);
  const entries = data === undefined ? [] : decodeBundle(data);
  if (entries.length < tile.width) throw new TlogError('unavailable', `${tilePath(tile)} is missing or too short`);
  return entries.slice(0, tile.width);
};

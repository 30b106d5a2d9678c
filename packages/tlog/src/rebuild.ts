/** For audits and fsck: the tree again from its entries alone, beside what the log stores. https://c2sp.org/tlog-tiles */
import { equalBytes } from './bytes.ts';
import { append, emptyTree, type CompactTree } from './compact-tree.ts';
import { hashLength, leafHash, type Sha256 } from './merkle-hash.ts';
import { completeSubtrees } from './range.ts';
import { decodeBundle, tileHashReader, tileHeight, tilePath, tileWidth, widthInTree } from './tile.ts';
import type { TileCoordinates, TileData, TileReader } from './tile.ts';
import { requireSize, TlogError } from './tlog-error.ts';

/** A hash tile that is not what the entries make of it. */
export type TileFault = { readonly tile: TileCoordinates; readonly fault: 'missing' | 'different' };

/**
 * The tree of the first `treeSize` entries, bundle by bundle: its rootHash is to be compared with a checkpoint's. Memory: one bundle.
 * @throws TlogError `unavailable` where a bundle is missing or too short, `malformed` where it is none
 */
export const rootFromEntries = async (sha256: Sha256, treeSize: number, read: TileReader): Promise<CompactTree> =>
  rebuildTree(sha256, emptyTree, treeSize, { readEntries: entryReader(read) });

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
  rebuildTree(sha256, emptyTree, treeSize, {
    readEntries: entryReader(read),
    onTile: async (tile) => {
      const fault = faultOf(tile, await read(tile));
      if (fault !== undefined) report({ tile: coordinatesOf(tile), fault });
    },
  });

/**
 * The tree as the hash tiles of a log alone tell it, without its entries: to see whether a tree that is known still lies below them.
 * @throws TlogError `unavailable` where a tile is missing or too short
 */
export const treeFromTiles = async (sha256: Sha256, treeSize: number, read: TileReader): Promise<CompactTree> => ({
  treeSize: requireSize(treeSize, 'tree size'),
  edge: await tileHashReader(sha256, treeSize, read)(completeSubtrees(0, treeSize)),
});

const coordinatesOf = ({ level, index, width }: TileData): TileCoordinates => ({ level, index, width });

/**
 * Whether what is stored begins with what the entries make of it. A wider partial tile is as good (tlog-tiles, "Partial Tiles"); no tile is wider
 * than a full one.
 */
export const faultOf = ({ data }: TileData, stored: Uint8Array | undefined): TileFault['fault'] | undefined => {
  if (stored === undefined) return 'missing';
  const isSame = stored.length <= tileWidth * hashLength && equalBytes(stored.subarray(0, data.length), data);
  return isSame ? undefined : 'different';
};

export type Rebuilding = {
  /** At least `width` entries of that bundle, in its order. */
  readonly readEntries: (bundle: TileCoordinates) => Promise<readonly Uint8Array[]>;
  /** Of a tree to go on from: its hash tiles at their widths in it, as they were proven. */
  readonly readTile?: TileReader;
  /** Each hash tile that the new entries finish or widen, once, in the widest form that it has in the tree. */
  readonly onTile?: (tile: TileData) => Promise<void>;
  /** Called with the tree at each of these sizes. */
  readonly sizes?: readonly number[];
  readonly onTree?: (tree: CompactTree) => void;
};

/**
 * Goes on from a tree, bundle by bundle, up to `treeSize`. Memory: a bundle, and a tile of each level.
 * @throws TlogError `unavailable` where a tile of the tree to go on from is missing or too short; `size`
 */
export const rebuildTree = async (
  sha256: Sha256,
  from: CompactTree,
  treeSize: number,
  { readEntries, readTile, onTile, sizes = [], onTree }: Rebuilding,
): Promise<CompactTree> => {
  requireSize(treeSize, 'tree size');
  const stops = [...new Set(sizes)].filter((size) => size > from.treeSize).toSorted((a, b) => a - b);
  const growing = new GrowingTiles(await startTiles(from.treeSize, readTile));
  let tree = from;
  if (sizes.includes(tree.treeSize)) onTree?.(tree);
  while (tree.treeSize < treeSize) {
    const index = Math.floor(tree.treeSize / tileWidth);
    const first = index * tileWidth;
    const width = widthInTree('entries', index, treeSize);
    const entries = (await readEntries({ level: 'entries', index, width })).slice(0, width);
    const end = first + entries.length;
    while (tree.treeSize < end) {
      const stop = Math.min(stops[0] ?? end, end);
      const fresh = entries.slice(tree.treeSize - first, stop - first).map((entry) => leafHash(sha256, entry));
      tree = append(sha256, tree, fresh, growing.add);
      if (stop !== stops[0]) continue;
      stops.shift();
      onTree?.(tree);
    }
    if (tree.treeSize < first + width)
      throw new TlogError('unavailable', `${tilePath({ level: 'entries', index, width })} is missing or too short`);
    for (const tile of growing.finished.splice(0)) await onTile?.(tile);
  }
  for (const tile of growing.unfinished()) await onTile?.(tile);
  return tree;
};

/** The partial tiles of a tree: what the next entries go beside. */
const startTiles = async (
  treeSize: number,
  readTile: TileReader = async () => undefined,
): Promise<readonly TileData[]> => {
  const tiles: TileData[] = [];
  for (let level = 0, hashes = treeSize; hashes > 0; level += 1, hashes = Math.floor(hashes / tileWidth)) {
    const width = hashes % tileWidth;
    if (width === 0) continue;
    const tile = { level, index: Math.floor(hashes / tileWidth), width };
    const data = await readTile(tile);
    if (data === undefined || data.length < width * hashLength)
      throw new TlogError('unavailable', `${tilePath(tile)} is missing or too short`);
    tiles.push({ ...tile, data });
  }
  return tiles;
};

type GrowingTile = { readonly index: number; width: number; readonly data: Uint8Array; state: 'as it was' | 'grown' };

/** One unfinished tile of each level: a bundle has 256 aligned entries, so none finishes two of a level. */
class GrowingTiles {
  /** In the order in which they were finished. */
  readonly finished: TileData[] = [];
  readonly #byLevel = new Map<number, GrowingTile>();

  constructor(start: readonly TileData[]) {
    for (const { level, index, width, data } of start) {
      if (level === 'entries') continue;
      const room = new Uint8Array(tileWidth * hashLength);
      room.set(data.subarray(0, width * hashLength));
      this.#byLevel.set(level, { index, width, data: room, state: 'as it was' });
    }
  }

  /** Subtrees that became complete, of which every eighth level is in tiles. */
  readonly add = (level: number, index: number, hash: Uint8Array): void => {
    if (level % tileHeight !== 0) return;
    const tileLevel = level / tileHeight;
    const tile = this.#byLevel.get(tileLevel) ?? freshTile(Math.floor(index / tileWidth));
    tile.data.set(hash, tile.width * hashLength);
    tile.width += 1;
    tile.state = 'grown';
    if (tile.width < tileWidth) this.#byLevel.set(tileLevel, tile);
    else {
      this.finished.push({ level: tileLevel, index: tile.index, width: tileWidth, data: tile.data });
      this.#byLevel.delete(tileLevel);
    }
  };

  /** Those that grew. */
  unfinished(): readonly TileData[] {
    return [...this.#byLevel].flatMap(([level, { index, width, data, state }]) =>
      state === 'grown' ? [{ level, index, width, data: data.subarray(0, width * hashLength) }] : [],
    );
  }
}

const freshTile = (index: number): GrowingTile => ({
  index,
  width: 0,
  data: new Uint8Array(tileWidth * hashLength),
  state: 'grown',
});

const entryReader =
  (read: TileReader): Rebuilding['readEntries'] =>
  async (tile) => {
    const data = await read(tile);
    return data === undefined ? [] : decodeBundle(data);
  };

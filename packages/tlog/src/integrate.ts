import { concat } from './bytes.ts';
import { append, type CompactTree } from './compact-tree.ts';
import { hashLength, leafHash, type Sha256 } from './merkle-hash.ts';
import { bundled, decodeBundle, encodeBundle, tileHeight, tileWidth, type TileData, type TileReader } from './tile.ts';
import { TlogError } from './tlog-error.ts';

export type Integrated = { readonly tree: CompactTree; readonly tiles: readonly TileData[] };

/** What one tile or bundle gains: the first new position in it and the bytes from there. */
type Growth = {
  readonly level: number | 'entries';
  readonly index: number;
  readonly first: number;
  readonly parts: Uint8Array[];
};

/**
 * Appends entries and returns every tile and entry bundle that this changes, each at its new width with all its content. The caller stores
 * them together with the tree, in one transaction, and serves nothing of it before.
 * @throws TlogError `unavailable` where a partial tile of the old tree cannot be read or is too short, `size` where an entry has over 65535 bytes
 */
export const integrate = async (
  sha256: Sha256,
  tree: CompactTree,
  entries: readonly Uint8Array[],
  readTile: TileReader,
): Promise<Integrated> => {
  const growths: Growth[] = [];
  const last = new Map<number | 'entries', Growth>();
  // Within a level positions come in ascending order, so what is not for its last tile is for a new one.
  const grow = (level: number | 'entries', position: number, bytes: Uint8Array): void => {
    const index = Math.floor(position / tileWidth);
    let growth = last.get(level);
    if (growth?.index !== index) {
      growth = { level, index, first: position % tileWidth, parts: [] };
      last.set(level, growth);
      growths.push(growth);
    }
    growth.parts.push(bytes);
  };
  const leaves = entries.map((entry, at) => {
    grow('entries', tree.treeSize + at, bundled(entry));
    return leafHash(sha256, entry);
  });
  const grown = append(sha256, tree, leaves, (level, index, hash) => {
    if (level % tileHeight === 0) grow(level / tileHeight, index, hash);
  });
  // One after the other: a store may read them inside a transaction, which is one connection.
  const tiles: TileData[] = [];
  for (const growth of growths) tiles.push(await complete(growth, readTile));
  return { tree: grown, tiles };
};

const complete = async ({ level, index, first, parts }: Growth, readTile: TileReader): Promise<TileData> => {
  const stored = first === 0 ? new Uint8Array() : await readTile({ level, index, width: first });
  const before = stored === undefined ? undefined : leading(level, first, stored);
  if (before === undefined) throw new TlogError('unavailable', 'a partial tile of the log is missing or too short');
  return { level, index, width: first + parts.length, data: concat(before, ...parts) };
};

/** The first `count` hashes or entries: a store may answer with a wider tile, written by an append whose transaction the caller lost. */
const leading = (level: number | 'entries', count: number, data: Uint8Array): Uint8Array | undefined => {
  if (level !== 'entries') return data.length < count * hashLength ? undefined : data.subarray(0, count * hashLength);
  const entries = decodeBundle(data);
  return entries.length < count ? undefined : encodeBundle(entries.slice(0, count));
};

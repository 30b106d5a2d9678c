import { concat } from './bytes.ts';
import { append, type CompactTree } from './compact-tree.ts';
import { leafHash, type Sha256 } from './merkle-hash.ts';
import { encodeBundle, tileHeight, tileWidth, type TileData, type TileReader } from './tile.ts';
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
 * @throws TlogError `unavailable` where a partial tile of the old tree cannot be read
 */
export const integrate = async (
  sha256: Sha256,
  tree: CompactTree,
  entries: readonly Uint8Array[],
  readTile: TileReader,
): Promise<Integrated> => {
  const growths = new Map<string, Growth>();
  const grow = (level: number | 'entries', position: number, bytes: Uint8Array): void => {
    const index = Math.floor(position / tileWidth);
    const name = `${level}/${index}`;
    const growth = growths.get(name) ?? { level, index, first: position % tileWidth, parts: [] };
    growth.parts.push(bytes);
    growths.set(name, growth);
  };
  const leaves = entries.map((entry, at) => {
    grow('entries', tree.treeSize + at, encodeBundle([entry]));
    return leafHash(sha256, entry);
  });
  const grown = append(sha256, tree, leaves, (level, index, hash) => {
    if (level % tileHeight === 0) grow(level / tileHeight, index, hash);
  });
  const tiles = await Promise.all([...growths.values()].map((growth) => complete(growth, readTile)));
  return { tree: grown, tiles };
};

const complete = async ({ level, index, first, parts }: Growth, readTile: TileReader): Promise<TileData> => {
  const before = first === 0 ? new Uint8Array() : await readTile({ level, index, width: first });
  if (before === undefined) throw new TlogError('unavailable', 'a partial tile of the log is missing');
  return { level, index, width: first + parts.length, data: concat(before, ...parts) };
};

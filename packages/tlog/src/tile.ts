/** https://c2sp.org/tlog-tiles: tiles of 256 hashes, eight levels of the tree each, and bundles of 256 entries. */
import { concat } from './bytes.ts';
import { append, emptyTree } from './compact-tree.ts';
import type { HashReader } from './hash-reader.ts';
import { hashLength, type Sha256 } from './merkle-hash.ts';
import type { Node } from './range.ts';
import { requireSize, TlogError } from './tlog-error.ts';

export const tileWidth = 256;
export const tileHeight = 8;

/** `level`: the tile level L, whose hashes are subtrees of 256^L leaves; `entries` is an entry bundle. `width`: 1 to 256. */
export type TileCoordinates = { readonly level: number | 'entries'; readonly index: number; readonly width: number };
export type TileData = TileCoordinates & { readonly data: Uint8Array };

/** Reads a tile of at least that width; undefined if the log has none. */
export type TileReader = (tile: TileCoordinates) => Promise<Uint8Array | undefined>;

/**
 * "Merkle Tree" and "Log entries": `tile/<L>/<N>[.p/<W>]`, N in groups of three digits, all but the last with an `x` before them.
 * @throws TlogError `size`
 */
export const tilePath = ({ level, index, width }: TileCoordinates): string => {
  requireSize(index, 'tile index');
  if (level !== 'entries' && !(Number.isInteger(level) && level >= 0 && level < 64))
    throw new TlogError('size', 'a tile level is an integer from 0 to 63');
  if (!Number.isInteger(width) || width < 1 || width > tileWidth)
    throw new TlogError('size', 'a tile width is an integer from 1 to 256');
  const digits = String(index).padStart(Math.ceil(String(index).length / 3) * 3, '0');
  const groups = digits.match(/\d{3}/g) ?? [];
  const path = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
  return `tile/${level}/${path}${width < tileWidth ? `.p/${width}` : ''}`;
};

/** The one path of a tile back to its coordinates. Undefined for anything else, another spelling of the same tile included. */
export const parseTilePath = (path: string): TileCoordinates | undefined => {
  const [, level, groups, width] =
    /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path) ?? [];
  if (level === undefined || groups === undefined) return undefined;
  const coordinates = {
    level: level === 'entries' ? ('entries' as const) : Number(level),
    index: Number(groups.replace(/[x/]/g, '')),
    width: width === undefined ? tileWidth : Number(width),
  };
  const inRange =
    coordinates.width >= 1 &&
    coordinates.width <= tileWidth &&
    (coordinates.level === 'entries' || coordinates.level < 64);
  return inRange && Number.isSafeInteger(coordinates.index) && tilePath(coordinates) === path ? coordinates : undefined;
};

/** "Partial Tiles": how wide the tile is in a tree of this size; 0 if the tree does not reach it. */
export const widthInTree = (level: number | 'entries', index: number, treeSize: number): number => {
  const hashes = Math.floor(treeSize / tileWidth ** (level === 'entries' ? 0 : level));
  return Math.max(0, Math.min(tileWidth, hashes - index * tileWidth));
};

/** "Log entries": an entry behind its length, two bytes, big-endian. @throws TlogError `size` */
export const bundled = (entry: Uint8Array): Uint8Array => {
  if (entry.length > 0xffff) throw new TlogError('size', 'an entry has at most 65535 bytes');
  const bytes = new Uint8Array(2 + entry.length);
  bytes[0] = entry.length >> 8;
  bytes[1] = entry.length & 0xff;
  bytes.set(entry, 2);
  return bytes;
};

/** Entry bundle. @throws TlogError `size` where an entry has over 65535 bytes */
export const encodeBundle = (entries: readonly Uint8Array[]): Uint8Array => concat(...entries.map(bundled));

/** @throws TlogError `malformed` where lengths and bytes do not fit */
export const decodeBundle = (bundle: Uint8Array): Uint8Array[] => {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < bundle.length) {
    const [high, low] = [bundle[at], bundle[at + 1]];
    if (high === undefined || low === undefined)
      throw new TlogError('malformed', 'an entry bundle ends inside a length');
    const end = at + 2 + high * 256 + low;
    if (end > bundle.length) throw new TlogError('malformed', 'an entry bundle ends inside an entry');
    entries.push(bundle.subarray(at + 2, end));
    at = end;
  }
  return entries;
};

/** A HashReader over the tiles of a log that has at least `treeSize` leaves. Each tile is read once a call. */
export const tileHashReader =
  (sha256: Sha256, treeSize: number, readTile: TileReader): HashReader =>
  async (nodes) => {
    const places = nodes.map((node) => placeOf(node, treeSize));
    const tiles = new Map<string, Uint8Array>();
    for (const { tile } of places) {
      const path = tilePath(tile);
      if (tiles.has(path)) continue;
      const data = await readTile(tile);
      if (data === undefined || data.length < tile.width * hashLength)
        throw new TlogError('unavailable', `${path} is missing or too short`);
      tiles.set(path, data);
    }
    return places.map(({ tile, first, count }) => {
      const data = tiles.get(tilePath(tile)) ?? new Uint8Array();
      return foldComplete(
        sha256,
        Array.from({ length: count }, (_, at) =>
          data.subarray((first + at) * hashLength, (first + at + 1) * hashLength),
        ),
      );
    });
  };

/** The hashes of one tile from which a subtree's hash is made. */
const placeOf = ({ level, index }: Node, treeSize: number): { tile: TileCoordinates; first: number; count: number } => {
  const tileLevel = Math.floor(level / tileHeight);
  const count = 2 ** (level % tileHeight);
  const start = index * count;
  const tileIndex = Math.floor(start / tileWidth);
  const first = start - tileIndex * tileWidth;
  const width = widthInTree(tileLevel, tileIndex, treeSize);
  if (first + count > width) throw new TlogError('size', 'the subtree is not complete in a tree of this size');
  return { tile: { level: tileLevel, index: tileIndex, width }, first, count };
};

const foldComplete = (sha256: Sha256, hashes: readonly Uint8Array[]): Uint8Array => {
  const [root] = append(sha256, emptyTree, hashes).edge;
  if (root === undefined) throw new TlogError('unavailable', 'a tile is empty');
  return root;
};

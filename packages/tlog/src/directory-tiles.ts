/** A log as static files (c2sp.org/tlog-tiles): what any web server can serve, and what a mirror keeps. Node's file system. */
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hashLength } from './merkle-hash.ts';
import {
  decodeBundle,
  encodeBundle,
  tilePath,
  tileWidth,
  type TileCoordinates,
  type TileData,
  type TileReader,
} from './tile.ts';

export type DirectoryTiles = {
  /** As wide as was asked for, out of a wider one if there is one; undefined if the mirror does not reach that far. */
  readonly readTile: TileReader;
  /** Whole or not at all; with a full tile its partial forms go. */
  writeTile(tile: TileData): Promise<void>;
  /** Undefined where there is none. */
  readText(name: string): Promise<string | undefined>;
  writeText(name: string, text: string): Promise<void>;
};

export const directoryTiles = (directory: string): DirectoryTiles => ({
  readTile: (tile) => readTile(directory, tile),
  writeTile: async ({ data, ...tile }) => {
    await replace(join(directory, tilePath(tile)), data);
    await removePartials(directory, tile);
  },
  readText: async (name) => (await readIfThere(join(directory, name)))?.toString('utf8'),
  writeText: (name, text) => replace(join(directory, name), Buffer.from(text)),
});

const readTile = async (directory: string, tile: TileCoordinates): Promise<Uint8Array | undefined> => {
  for (const width of await widths(directory, tile)) {
    if (width < tile.width) continue;
    const data = await readIfThere(join(directory, tilePath({ ...tile, width })));
    if (data !== undefined) return leading(tile, new Uint8Array(data));
  }
  return undefined;
};

const leading = ({ level, width }: TileCoordinates, data: Uint8Array): Uint8Array | undefined => {
  if (level !== 'entries') return data.length < width * hashLength ? undefined : data.subarray(0, width * hashLength);
  const entries = decodeBundle(data);
  return entries.length < width ? undefined : encodeBundle(entries.slice(0, width));
};

const partialsOf = (directory: string, tile: TileCoordinates): string =>
  `${join(directory, tilePath({ ...tile, width: tileWidth }))}.p`;

/** Of that tile, ascending. */
const widths = async (directory: string, tile: TileCoordinates): Promise<readonly number[]> => {
  const partial = await readdir(partialsOf(directory, tile)).catch(orMissing([]));
  return [...partial.filter((name) => /^\d{1,3}$/.test(name)).map(Number), tileWidth].toSorted((a, b) => a - b);
};

/** Once the full tile is there, and not before ("Partial Tiles"): a checkpoint that is served may still need them. */
const removePartials = async (directory: string, tile: TileCoordinates): Promise<void> => {
  if (tile.width === tileWidth) await rm(partialsOf(directory, tile), { recursive: true, force: true });
};

/** A reader sees the file as it was or as it is. */
const replace = async (path: string, data: Uint8Array): Promise<void> => {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.new`;
  await writeFile(draft, data, { flush: true });
  await rename(draft, path);
};

const readIfThere = (path: string): Promise<Buffer | undefined> => readFile(path).catch(orMissing(undefined));

const orMissing =
  <T>(value: T) =>
  (error: unknown): T => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return value;
    throw error;
  };

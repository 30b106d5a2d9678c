import type { LogName, LogStore } from '@chartseal/ports';
import {
  decodeBundle,
  emptyTree,
  equalBytes,
  integrate,
  openCheckpoint,
  rootHash,
  serialiseTree,
  tilePath,
  tileWidth,
  TlogError,
  type CompactTree,
  type TileData,
  type VerifierKey,
} from '@chartseal/tlog';
import { sha256, verifyEd25519 } from '@chartseal/tlog/node';
import type { Report } from './finding.ts';

export type CheckedLog = {
  readonly treeSize: number;
  /** By leaf index, 32 bytes each; undefined where a bundle cannot be read. */
  readonly entries: readonly (Uint8Array | undefined)[];
  /** Of the trees that were asked for. */
  readonly roots: ReadonlyMap<number, Uint8Array>;
};

/** Rebuilds the whole tree from its entries and compares every stored tile, the head and the checkpoint with it. */
export const checkLog = async (
  logs: LogStore,
  log: LogName,
  key: VerifierKey,
  wantedSizes: readonly number[],
  report: Report,
): Promise<CheckedLog> => {
  const head = await logs.head(log);
  const treeSize = head?.treeSize ?? 0;
  const published = await logs.checkpoint(log);
  const checkpoint =
    published === undefined ? undefined : await readCheckpoint(published.note, key, `${log} checkpoint`, report);
  const stops = [...new Set([...wantedSizes, checkpoint?.treeSize ?? 0, treeSize])]
    .filter((size) => size <= treeSize)
    .toSorted((a, b) => a - b);
  const entries: (Uint8Array | undefined)[] = [];
  const roots = new Map<number, Uint8Array>();
  const widest = new Map<string, TileData>();
  const place = (tile: { level: number | 'entries'; index: number }): string => `${tile.level}/${tile.index}`;
  let tree: CompactTree = emptyTree;
  for (const stop of stops) {
    while (tree.treeSize < stop) {
      const index = Math.floor(tree.treeSize / tileWidth);
      const width = Math.min(stop - index * tileWidth, tileWidth);
      const bundle = await readBundle(logs, log, index, width, report);
      const from = tree.treeSize - index * tileWidth;
      const fresh = Array.from({ length: width - from }, (_, at) => bundle[from + at]);
      entries.push(...fresh);
      // A lost entry cannot be made again: its zeros make the tiles above it differ, and they are named too.
      const grown = await integrate(
        sha256,
        tree,
        fresh.map((entry) => entry ?? new Uint8Array(32)),
        async (tile) => widest.get(place(tile))?.data,
      );
      for (const tile of grown.tiles) widest.set(place(tile), tile);
      ({ tree } = grown);
      for (const tile of grown.tiles) if (tile.width === tileWidth) await compareTile(logs, log, tile, widest, report);
    }
    roots.set(stop, rootHash(sha256, tree));
  }
  for (const tile of widest.values()) await compareTile(logs, log, tile, widest, report);
  if (head !== undefined && head.state !== serialiseTree(tree))
    report({ place: `${log} head`, problem: 'is not the tree of its entries' });
  compareRoot(checkpoint, roots, `${log} checkpoint`, report);
  return { treeSize, entries, roots };
};

export type KnownCheckpoint = { readonly treeSize: number; readonly rootHash: Uint8Array };

/** Undefined, and reported, where it is not this log's own signed word. */
export const readCheckpoint = async (
  note: string,
  key: VerifierKey,
  place: string,
  report: Report,
): Promise<KnownCheckpoint | undefined> => {
  try {
    return await openCheckpoint(note, key, verifyEd25519);
  } catch (error) {
    if (!(error instanceof TlogError)) throw error;
    report({ place, problem: error.message });
    return undefined;
  }
};

export const compareRoot = (
  checkpoint: KnownCheckpoint | undefined,
  roots: ReadonlyMap<number, Uint8Array>,
  place: string,
  report: Report,
): void => {
  if (checkpoint === undefined) return;
  const root = roots.get(checkpoint.treeSize);
  if (root === undefined) report({ place, problem: 'covers more leaves than the log has' });
  else if (!equalBytes(root, checkpoint.rootHash)) report({ place, problem: 'has another root than the log' });
};

const readBundle = async (
  logs: LogStore,
  log: LogName,
  index: number,
  width: number,
  report: Report,
): Promise<readonly Uint8Array[]> => {
  const tile = { level: 'entries', index, width } as const;
  const where = `${log} ${tilePath(tile)}`;
  try {
    const data = await logs.readTile(log, tile);
    const bundle = data === undefined ? [] : decodeBundle(data);
    if (bundle.length !== width) report({ place: where, problem: 'is missing or too short' });
    return bundle;
  } catch (error) {
    report({ place: where, problem: error instanceof TlogError ? error.message : 'cannot be read' });
    return [];
  }
};

/** Hash tiles alone: an entry bundle is what they are made from, and versions are compared with it. Compared once, then forgotten. */
const compareTile = async (
  logs: LogStore,
  log: LogName,
  tile: TileData,
  widest: Map<string, TileData>,
  report: Report,
): Promise<void> => {
  if (tile.width === tileWidth) widest.delete(`${tile.level}/${tile.index}`);
  if (tile.level === 'entries') return;
  const stored = await logs.readTile(log, tile).catch(() => undefined);
  if (stored === undefined) report({ place: `${log} ${tilePath(tile)}`, problem: 'is missing' });
  else if (!equalBytes(stored, tile.data))
    report({ place: `${log} ${tilePath(tile)}`, problem: 'is not the hash of what is below it' });
};

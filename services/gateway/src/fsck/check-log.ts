import type { LogName, LogStore } from '@chartseal/ports';
import {
  decodeBundle,
  emptyTree,
  equalBytes,
  faultOf,
  hashLength,
  openCheckpoint,
  parseNote,
  rebuildTree,
  rootHash,
  serialiseTree,
  tilePath,
  tileWidth,
  TlogError,
  type CompactTree,
  type TileCoordinates,
  type TileData,
  type VerifierKey,
} from '@chartseal/tlog';
import { sha256, verifyEd25519 } from '@chartseal/tlog/node';
import type { Report } from './finding.ts';
import { Leaves } from './leaves.ts';

export type CheckedLog = {
  readonly leaves: Leaves;
  /** At the sizes that were asked for, at the checkpoint's and at the head's. */
  readonly trees: ReadonlyMap<number, CompactTree>;
};

type Stored = Pick<LogStore, 'head' | 'checkpoint' | 'readTile'>;

/**
 * Rebuilds the tree from its entries and compares every stored tile, the head and the checkpoint with it. From a tree that an earlier look has left (whose
 * tiles have to be those it was made of), only what came after.
 */
export const checkLog = async (
  logs: Stored,
  log: LogName,
  { keys, sizes, from = emptyTree }: { keys: readonly VerifierKey[]; sizes: readonly number[]; from?: CompactTree },
  report: Report,
): Promise<CheckedLog> => {
  const head = await logs.head(log);
  const treeSize = head?.treeSize ?? 0;
  const published = await logs.checkpoint(log);
  const checkpoint =
    published === undefined ? undefined : await readCheckpoint(published.note, keys, `${log} checkpoint`, report);
  const leaves = new Leaves(from.treeSize, treeSize);
  const trees = new Map<number, CompactTree>();
  const tree = await rebuildTree(sha256, from, treeSize, {
    readEntries: (bundle) => readEntries(logs, log, bundle, leaves, report),
    readTile: (tile) => logs.readTile(log, tile),
    onTile: (tile) => compareTile(logs, log, tile, report),
    sizes: [...sizes, checkpoint?.treeSize ?? 0, treeSize],
    onTree: (at) => trees.set(at.treeSize, at),
  });
  if (head !== undefined && head.state !== serialiseTree(tree))
    report({ place: `${log} head`, problem: 'is not the tree of its entries' });
  compareRoot(checkpoint, trees, `${log} checkpoint`, report);
  return { leaves, trees };
};

export type KnownCheckpoint = { readonly treeSize: number; readonly rootHash: Uint8Array };

/** Undefined, and reported, where it is not the signed word of this log, or of one that it goes on from. */
export const readCheckpoint = async (
  note: string,
  keys: readonly VerifierKey[],
  place: string,
  report: Report,
): Promise<(KnownCheckpoint & { readonly key: VerifierKey }) | undefined> => {
  try {
    const [origin] = parseNote(note).text.split('\n');
    const key = keys.find(({ name }) => name === origin);
    if (key === undefined) throw new TlogError('mismatch', "the checkpoint is another log's");
    return { ...(await openCheckpoint(note, key, verifyEd25519)), key };
  } catch (error) {
    if (!(error instanceof TlogError)) throw error;
    report({ place, problem: error.message });
    return undefined;
  }
};

export const compareRoot = (
  checkpoint: KnownCheckpoint | undefined,
  trees: ReadonlyMap<number, CompactTree>,
  place: string,
  report: Report,
): void => {
  if (checkpoint === undefined) return;
  const tree = trees.get(checkpoint.treeSize);
  if (tree === undefined) report({ place, problem: 'covers more leaves than the log has' });
  else if (!equalBytes(rootHash(sha256, tree), checkpoint.rootHash))
    report({ place, problem: 'has another root than the log' });
};

/** A lost entry cannot be made again: its zeros make the tiles above it differ, and they are named too. */
const lostEntry = new Uint8Array(hashLength);

const readEntries = async (
  logs: Stored,
  log: LogName,
  tile: TileCoordinates,
  leaves: Leaves,
  report: Report,
): Promise<readonly Uint8Array[]> => {
  const found = await readBundle(logs, log, tile, report);
  return Array.from({ length: tile.width }, (_, at) => {
    const entry = found[at];
    if (entry !== undefined) leaves.put(tile.index * tileWidth + at, entry);
    return entry ?? lostEntry;
  });
};

const readBundle = async (
  logs: Stored,
  log: LogName,
  tile: TileCoordinates,
  report: Report,
): Promise<readonly Uint8Array[]> => {
  const place = `${log} ${tilePath(tile)}`;
  try {
    const data = await logs.readTile(log, tile);
    const bundle = data === undefined ? [] : decodeBundle(data);
    if (bundle.length < tile.width) report({ place, problem: 'is missing or too short' });
    return bundle;
  } catch (error) {
    report({ place, problem: error instanceof TlogError ? error.message : 'cannot be read' });
    return [];
  }
};

const compareTile = async (logs: Stored, log: LogName, tile: TileData, report: Report): Promise<void> => {
  const fault = faultOf(tile, await logs.readTile(log, tile).catch(() => undefined));
  if (fault === undefined) return;
  const problem = fault === 'missing' ? 'is missing' : 'is not the hash of what is below it';
  report({ place: `${log} ${tilePath(tile)}`, problem });
};

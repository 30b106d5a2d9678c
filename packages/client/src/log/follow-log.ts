/** Follows a log from the tree that was seen last to its newest checkpoint, entry by entry. */
import {
  decodeBundle,
  emptyTree,
  equalBytes,
  integrate,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
  parseTree,
  parseVerifierKey,
  rootHash,
  serialiseTree,
  tilePath,
  tileWidth,
  TlogError,
  widthInTree,
  type Checkpoint,
  type CompactTree,
  type TileData,
  type TileReader,
} from '@chartseal/tlog';
import type { ProofPrimitives } from '../portable-primitives.ts';
import { continuesByTiles } from './continues-by-tiles.ts';
import { LogSourceError, type LogSource } from './log-source.ts';

/** What is kept between two looks. Whoever keeps it has to keep it from others: it is what the log is held against. */
export type SeenLog = {
  readonly origin: string;
  /** Of the newest checkpoint that was seen, whole. */
  readonly note: string;
  /** Its tree, as packages/tlog serialises it. */
  readonly tree: string;
  /** How much of it was shown to be on the ledger. */
  readonly anchoredSize?: number;
};

export type LogFault =
  | 'checkpoint' // not a checkpoint that a key of this log signed
  | 'origin' // of another log than the one seen before
  | 'shrunk' // signed, and smaller than one that was signed before
  | 'fork' // signed, and not a continuation of one that was signed before
  | 'entries' // an entry bundle that the checkpoint covers is missing, or is none
  | 'root' // the entries do not make the root that was signed
  | 'tile'; // a hash tile is missing, or not what the entries below it make

export type LogFinding = {
  readonly fault: LogFault;
  readonly at: string;
  /** Two notes that the log's key signed and that contradict each other: keep them. */
  readonly evidence?: readonly string[];
};

export type FollowedLog =
  | { readonly outcome: 'followed'; readonly checkpoint: Checkpoint; readonly from: number; readonly seen: SeenLog }
  | ({ readonly outcome: 'refuted' } & LogFinding);

export type FollowOptions = ProofPrimitives & {
  /** C2SP verifier keys that are trusted; those of other logs are passed over. */
  readonly keys: readonly string[];
  readonly seen?: SeenLog | undefined;
  /** Where the tiles of what was followed are kept; given, what is read of them is taken from there. */
  readonly keep?: { readonly readTile: TileReader; writeTile(tile: TileData): Promise<void> };
};

const readAhead = 8;

/** @throws LogSourceError where the source cannot be read */
export const followLog = async (source: LogSource, options: FollowOptions): Promise<FollowedLog> => {
  const note = await source.checkpoint();
  const opened = await open(note, options);
  if ('fault' in opened) return { outcome: 'refuted', ...opened };
  const { seen } = options;
  const before = seen === undefined ? emptyTree : parseTree(seen.tree);
  const contradiction = contradictionOf(opened, note, seen, before, options);
  if (contradiction !== undefined) return { outcome: 'refuted', ...contradiction };
  const grown = await grow(source, before, opened.treeSize, options);
  if ('fault' in grown) return { outcome: 'refuted', ...grown };
  if (!equalBytes(rootHash(options.sha256, grown.tree), opened.rootHash))
    return { outcome: 'refuted', ...(await otherRoot(source, note, seen, before, opened, options)) };
  if (grown.wrongTile !== undefined) return { outcome: 'refuted', ...grown.wrongTile };
  const tree = serialiseTree(grown.tree);
  return {
    outcome: 'followed',
    checkpoint: opened,
    from: before.treeSize,
    seen: { origin: opened.origin, note, tree },
  };
};

const open = async (note: string, { keys, sha256, verifyEd25519 }: FollowOptions): Promise<Checkpoint | LogFinding> => {
  try {
    const { origin } = parseCheckpoint(parseNote(note).text);
    const own = keys.map((key) => parseVerifierKey(sha256, key)).filter(({ name }) => name === origin);
    return await openCheckpoint(note, own, verifyEd25519);
  } catch (error) {
    if (error instanceof TlogError) return { fault: 'checkpoint', at: error.message };
    throw error;
  }
};

/**
 * That what was kept is what the log signed: a file that somebody altered must not make an honest log look forked.
 * @throws LogSourceError
 */
export const requireSigned = async (seen: SeenLog, options: FollowOptions): Promise<void> => {
  const kept = await open(seen.note, options);
  if (!('fault' in kept) && isTreeOf(kept, seen, options)) return;
  throw new LogSourceError('what was seen of the log before is not what the log signed');
};

const isTreeOf = ({ treeSize, rootHash: root }: Checkpoint, { tree }: SeenLog, { sha256 }: FollowOptions): boolean => {
  try {
    const parsed = parseTree(tree);
    return parsed.treeSize === treeSize && equalBytes(rootHash(sha256, parsed), root);
  } catch (error) {
    if (error instanceof TlogError) return false;
    throw error;
  }
};

const contradictionOf = (
  { origin, treeSize, rootHash: root }: Checkpoint,
  note: string,
  seen: SeenLog | undefined,
  before: CompactTree,
  { sha256 }: FollowOptions,
): LogFinding | undefined => {
  if (seen === undefined) return undefined;
  const evidence = [seen.note, note];
  if (seen.origin !== origin) return { fault: 'origin', at: origin };
  const at = `tree sizes ${before.treeSize} and ${treeSize}`;
  if (treeSize < before.treeSize) return { fault: 'shrunk', at, evidence };
  const isFork = treeSize === before.treeSize && !equalBytes(root, rootHash(sha256, before));
  return isFork ? { fault: 'fork', at, evidence } : undefined;
};

/**
 * Entries that do not make the root are wrong. That the log contradicts itself is another thing: after a tree that was seen, its own tiles do not lead
 * from that tree to what it signed now.
 */
const otherRoot = async (
  source: LogSource,
  note: string,
  seen: SeenLog | undefined,
  before: CompactTree,
  signed: Checkpoint,
  { sha256 }: FollowOptions,
): Promise<LogFinding> => {
  const at = `tree size ${signed.treeSize}`;
  if (seen === undefined) return { fault: 'root', at };
  const older = { treeSize: before.treeSize, rootHash: rootHash(sha256, before) };
  return (await continuesByTiles(sha256, source.readTile, older, signed))
    ? { fault: 'root', at }
    : { fault: 'fork', at, evidence: [seen.note, note] };
};

/** A wrong tile is told when the root is right: else the history is another, and that is worse. */
type Grown = { readonly tree: CompactTree; readonly wrongTile: LogFinding | undefined };

const grow = async (
  source: LogSource,
  before: CompactTree,
  treeSize: number,
  { sha256, keep }: FollowOptions,
): Promise<Grown | LogFinding> => {
  let tree = before;
  let wrongTile: LogFinding | undefined;
  const first = Math.floor(before.treeSize / tileWidth);
  const bundles = Math.ceil(treeSize / tileWidth) - first;
  const ahead = prefetch(bundles, (at) => readBundle(source.readTile, first + at, treeSize));
  for await (const bundle of ahead) {
    if ('fault' in bundle) return bundle;
    const fresh = bundle.entries.slice(tree.treeSize % tileWidth);
    try {
      const grown = await integrate(sha256, tree, fresh, keep?.readTile ?? widest(source.readTile, treeSize));
      for (const tile of grown.tiles) {
        if (keep === undefined) wrongTile ??= await compare(source.readTile, tile, treeSize);
        else await keep.writeTile(tile);
      }
      ({ tree } = grown);
    } catch (error) {
      if (error instanceof TlogError) return { fault: 'tile', at: error.message };
      throw error;
    }
  }
  return { tree, wrongTile };
};

type Bundle = { readonly entries: readonly Uint8Array[] } | LogFinding;

const readBundle = async (readTile: TileReader, index: number, treeSize: number): Promise<Bundle> => {
  const tile = { level: 'entries', index, width: widthInTree('entries', index, treeSize) } as const;
  try {
    const data = await readTile(tile);
    const entries = data === undefined ? [] : decodeBundle(data);
    if (entries.length >= tile.width) return { entries: entries.slice(0, tile.width) };
  } catch (error) {
    if (!(error instanceof TlogError)) throw error;
  }
  return { fault: 'entries', at: tilePath(tile) };
};

/** A log need not serve a partial tile once a wider one is there (tlog-tiles, "Partial Tiles"). */
const widest =
  (readTile: TileReader, treeSize: number): TileReader =>
  async (tile) =>
    (await readTile(tile)) ?? readTile({ ...tile, width: widthInTree(tile.level, tile.index, treeSize) });

/** Those tiles that have their last form in this tree: narrower ones on the way need not be served. */
const compare = async (
  readTile: TileReader,
  { data, ...tile }: TileData,
  treeSize: number,
): Promise<LogFinding | undefined> => {
  if (tile.level === 'entries' || tile.width < widthInTree(tile.level, tile.index, treeSize)) return undefined;
  const served = await readTile(tile);
  return served !== undefined && equalBytes(served, data) ? undefined : { fault: 'tile', at: tilePath(tile) };
};

/** In their order, a few of them on their way at a time. */
async function* prefetch<T>(count: number, read: (at: number) => Promise<T>): AsyncGenerator<T> {
  const waiting: Promise<T>[] = [];
  for (let at = 0; at < count + readAhead; at += 1) {
    if (at < count) {
      const next = read(at);
      // Whoever stops early leaves some that nobody waits for.
      next.catch(() => {});
      waiting.push(next);
    }
    const due = at >= readAhead - 1 ? waiting.shift() : undefined;
    if (due !== undefined) yield await due;
  }
}

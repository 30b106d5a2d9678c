/** A mirror of a log: static files that verify by themselves, whatever becomes of the log. */
import { isObject } from '../proof-file.ts';
import { portablePrimitives, type ProofPrimitives } from '../portable-primitives.ts';
import { followLog, requireSigned, type FollowedLog, type FollowOptions, type SeenLog } from './follow-log.ts';
import { LogSourceError, type LogSource } from './log-source.ts';

/** Where a mirror is written: `directoryTiles` of `@chartseal/tlog/node`, or anything that keeps tiles and small texts. */
export type MirrorFiles = NonNullable<FollowOptions['keep']> & {
  readText(name: string): Promise<string | undefined>;
  writeText(name: string, text: string): Promise<void>;
};

/** Beside the files that c2sp.org/tlog-tiles names: what the mirror has verified, and what the log's gateway showed as anchored. */
const names = { seen: 'mirror.json', checkpoint: 'checkpoint', anchored: 'anchored' };

export type ExportOptions = { readonly keys: readonly string[]; readonly primitives?: ProofPrimitives };

/**
 * Takes over what is new, entry by entry, and writes the tiles that it makes of them: nothing of the log's own hashes is believed. A checkpoint
 * is written once everything that it covers is there, so whoever is stopped goes on. What contradicts the mirror is refused and kept as evidence.
 * @throws LogSourceError
 */
export const exportLog = async (
  source: LogSource,
  files: MirrorFiles,
  { keys, primitives = portablePrimitives }: ExportOptions,
): Promise<FollowedLog> => {
  const seen = await readSeen(files);
  if (seen !== undefined) await requireSigned(seen, { ...primitives, keys });
  // Before the checkpoint, or the mirror would hold more of the ledger than of the log.
  const anchored = await source.anchored();
  const followed = await followLog(source, { ...primitives, keys, seen, keep: files });
  if (followed.outcome === 'refuted') {
    const { evidence } = followed;
    if (evidence !== undefined) await files.writeText('evidence.json', JSON.stringify({ ...followed, evidence }));
    return followed;
  }
  await files.writeText(names.seen, JSON.stringify(followed.seen));
  await files.writeText(names.checkpoint, followed.seen.note);
  if (anchored !== undefined) await files.writeText(names.anchored, JSON.stringify(anchored));
  return followed;
};

const readSeen = async (files: MirrorFiles): Promise<SeenLog | undefined> => {
  const text = await files.readText(names.seen);
  return text === undefined ? undefined : parseSeen(text);
};

/** @throws LogSourceError for what `exportLog` or an audit has not written */
export const parseSeen = (text: string): SeenLog => {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) {
      const { origin, note, tree, anchoredSize } = value;
      if (typeof origin === 'string' && typeof note === 'string' && typeof tree === 'string')
        return { origin, note, tree, ...(typeof anchoredSize === 'number' ? { anchoredSize } : {}) };
    }
  } catch {
    // Told below.
  }
  throw new LogSourceError('what was seen of the log before cannot be read');
};

/** A mirror, read as a log. */
export const mirrorSource = (files: Pick<MirrorFiles, 'readTile' | 'readText'>): LogSource => ({
  checkpoint: async () => {
    const note = await files.readText(names.checkpoint);
    if (note === undefined) throw new LogSourceError('the mirror has no checkpoint');
    return note;
  },
  readTile: files.readTile,
  anchored: async () => {
    const text = await files.readText(names.anchored);
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  },
});

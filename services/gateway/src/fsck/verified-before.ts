import { readFile, rename, writeFile } from 'node:fs/promises';
import type { LogName } from '@chartseal/ports';
import {
  emptyTree,
  parseTree,
  serialiseTree,
  TlogError,
  treeFromTiles,
  type CompactTree,
  type TileReader,
} from '@chartseal/tlog';
import { sha256 } from '@chartseal/tlog/node';
import type { Report } from './finding.ts';

/**
 * What the last clean run has left for the next one to go on from: of each log, the tree that was anchored then. The trees prove themselves: with the
 * entries that came after they have to make what the ledger holds now. That the contents below them were looked at, nothing proves: whoever can write
 * this file can have the next incremental run pass them over, and only a full run tells.
 */
export type VerifiedBefore = {
  /** ISO 8601. */
  readonly since: string;
  readonly logs: Readonly<Record<LogName, { readonly origin: string; readonly tree: CompactTree }>>;
};

const type = 'chartseal-fsck/v1';

type StateFile = {
  readonly type: typeof type;
  readonly since: string;
  /** `<size>:<base64 of the edge>` */
  readonly logs: Readonly<Record<LogName, { readonly origin: string; readonly tree: string }>>;
};

/** Undefined where there is none, or none that can be read: then there is nothing to go on from. */
export const readVerifiedBefore = async (path: string): Promise<VerifiedBefore | undefined> => {
  try {
    const { type: given, since, logs } = JSON.parse(await readFile(path, 'utf8')) as StateFile;
    if (given !== type || !Number.isFinite(Date.parse(since))) return undefined;
    const verified = ({ origin, tree }: StateFile['logs'][LogName]) => ({ origin, tree: parseTree(tree) });
    return { since, logs: { records: verified(logs.records), access: verified(logs.access) } };
  } catch {
    return undefined;
  }
};

export const writeVerifiedBefore = async (path: string, { since, logs }: VerifiedBefore): Promise<void> => {
  const kept = ({ origin, tree }: VerifiedBefore['logs'][LogName]) => ({ origin, tree: serialiseTree(tree) });
  const file: StateFile = { type, since, logs: { records: kept(logs.records), access: kept(logs.access) } };
  await writeFile(`${path}.next`, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
  await rename(`${path}.next`, path);
};

/** Of a log as it is now: each undefined where there is none. */
export type LogNow = {
  readonly origin: string;
  readonly headSize: number;
  readonly anchoredSizes: readonly (number | undefined)[];
  readonly readTile: TileReader;
};

/**
 * The tree to go on from; undefined where the log is not what was verified, which is reported unless it is another one by now.
 * All that is anchored has to cover it, or it could not prove itself; and its own tiles have to tell it still.
 */
export const goingOnFrom = async (
  { logs }: VerifiedBefore,
  log: LogName,
  { origin, headSize, anchoredSizes, readTile }: LogNow,
  report: Report,
): Promise<CompactTree | undefined> => {
  const { tree, origin: before } = logs[log];
  if (before !== origin) return undefined;
  if (tree.treeSize === 0) return emptyTree;
  const place = `${log} log`;
  const isCovered = [headSize, ...anchoredSizes].every((size) => size !== undefined && size >= tree.treeSize);
  if (!isCovered) {
    report({ place, problem: 'is shorter than the last clean run saw it anchored' });
    return undefined;
  }
  const problem = await tilesFault(tree, readTile);
  if (problem === undefined) return tree;
  report({ place, problem });
  return undefined;
};

const tilesFault = async (tree: CompactTree, readTile: TileReader): Promise<string | undefined> => {
  try {
    const told = await treeFromTiles(sha256, tree.treeSize, readTile);
    return serialiseTree(told) === serialiseTree(tree) ? undefined : 'is not the one that the last clean run verified';
  } catch (error) {
    if (error instanceof TlogError) return `lacks tiles that the last clean run saw: ${error.message}`;
    throw error;
  }
};

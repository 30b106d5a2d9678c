import { createHmac } from 'node:crypto';
import type { LogName, StoredVersion } from '@chartseal/ports';
import { contentHash } from '@chartseal/server';
import { equalBytes } from '@chartseal/tlog';
import type { CheckedLog } from './check-log.ts';
import type { Report } from './finding.ts';

/** A version as the store's inspection yields it. */
export type Inspected =
  | {
      readonly kind: 'version';
      readonly version: StoredVersion;
      readonly sequencing:
        | { readonly state: 'sequenced'; readonly leafIndex: number }
        | { readonly state: 'unsequenced'; readonly pending: readonly { readonly value: string }[] };
      /** Of the content of a Binary. */
      readonly bytesHash: string | undefined;
    }
  | { readonly kind: 'unreadable'; readonly place: string; readonly reason: string };

/**
 * Store ↔ commitments ↔ leaves: each version's bytes are those of its commitment, which is its one leaf; or its event is still on the way.
 * @returns how many versions there are
 */
export const checkVersions = async (
  versions: AsyncIterable<Inspected>,
  logs: Readonly<Record<LogName, CheckedLog>>,
  report: Report,
): Promise<number> => {
  const claimed: Record<LogName, Set<number>> = { records: new Set(), access: new Set() };
  let count = 0;
  for await (const inspected of versions) {
    if (inspected.kind === 'unreadable') {
      report({ place: inspected.place, problem: `cannot be read: ${inspected.reason}` });
      continue;
    }
    count += 1;
    checkVersion(inspected, logs, claimed, report);
  }
  for (const [log, { treeSize }] of Object.entries(logs) as [LogName, CheckedLog][]) {
    for (let leaf = 0; leaf < treeSize; leaf += 1) {
      if (!claimed[log].has(leaf)) report({ place: `${log} leaf ${leaf}`, problem: 'belongs to no stored version' });
    }
  }
  return count;
};

const checkVersion = (
  { version, sequencing, bytesHash }: Extract<Inspected, { kind: 'version' }>,
  logs: Readonly<Record<LogName, CheckedLog>>,
  claimed: Readonly<Record<LogName, Set<number>>>,
  report: Report,
): void => {
  const { handle, versionId, log, commitment } = version;
  const place = `record ${handle} version ${versionId}`;
  const fault = version.erasedAt === undefined ? contentFault(version, bytesHash) : remainsFault(version, bytesHash);
  if (fault !== undefined) report({ place, problem: fault });
  if (!isWhatItsRowSays(version)) report({ place, problem: 'its row names another version than its content' });
  if (sequencing.state === 'unsequenced') {
    const isOnTheWay = sequencing.pending.some(({ value }) => tellsOf(value, versionId));
    if (!isOnTheWay) report({ place, problem: 'has no leaf, and no event that would give it one' });
    return;
  }
  const { leafIndex } = sequencing;
  // Sequenced after this look at the log began.
  if (leafIndex >= logs[log].treeSize) return;
  if (claimed[log].has(leafIndex))
    report({ place, problem: `shares leaf ${leafIndex} of ${log} with another version` });
  claimed[log].add(leafIndex);
  const entry = logs[log].entries[leafIndex];
  if (entry === undefined || !equalBytes(entry, commitment))
    report({ place, problem: `leaf ${leafIndex} of ${log} is not its commitment` });
};

const contentFault = (version: StoredVersion, bytesHash: string | undefined): string | undefined => {
  const { content, commitmentKey, commitment } = version;
  const expected = createHmac('sha256', commitmentKey).update(content, 'utf8').digest();
  if (!equalBytes(expected, commitment)) return 'its content is not what its commitment is to';
  return namedHash(version) === bytesHash ? undefined : 'the bytes beside it are not those that it names';
};

/** Of what was erased only the leaf stays: nothing with which its content could be told. */
const remainsFault = ({ commitmentKey, state }: StoredVersion, bytesHash: string | undefined): string | undefined =>
  commitmentKey.length === 0 && state === 'deleted' && bytesHash === undefined
    ? undefined
    : 'was erased, and something of it is left';

/** Columns are how a version is found and served; the commitment covers its content alone. */
const isWhatItsRowSays = ({ resourceType, id, versionId, lastUpdated, state, content }: StoredVersion): boolean => {
  try {
    const said = JSON.parse(content) as {
      resourceType?: unknown;
      id?: unknown;
      deleted?: unknown;
      meta?: { versionId?: unknown; lastUpdated?: unknown };
    };
    return (
      said.resourceType === resourceType &&
      said.id === id &&
      said.meta?.versionId === String(versionId) &&
      said.meta.lastUpdated === lastUpdated &&
      (said.deleted === true) === (state === 'deleted')
    );
  } catch {
    return false;
  }
};

const namedHash = ({ resourceType, content }: StoredVersion): string | undefined => {
  if (resourceType !== 'Binary') return undefined;
  try {
    return contentHash(JSON.parse(content) as object);
  } catch {
    return undefined;
  }
};

const tellsOf = (value: string, versionId: number): boolean => {
  try {
    const { data } = JSON.parse(value) as { data?: { versionId?: unknown } };
    return data?.versionId === versionId;
  } catch {
    return false;
  }
};

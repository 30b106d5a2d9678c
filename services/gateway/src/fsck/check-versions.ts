import type { LogName, StoredVersion } from '@chartseal/ports';
import { contentHash } from '@chartseal/server';
import { hmac } from './hmac.ts';
import type { Report } from './finding.ts';
import type { LeafRanges } from './leaf-ranges.ts';
import type { Leaves } from './leaves.ts';

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

/** What a log and statements on the ledger say of the leaves of versions. */
export type CheckedLeaves = {
  readonly leaves: Leaves;
  /** How many of them the ledger covers. */
  readonly anchoredSize: number;
  /** Whose versions and keys were destroyed. Undefined where the ledger cannot be believed. */
  readonly erased: LeafRanges | undefined;
  /** Whose versions were lost with a store. */
  readonly lost: LeafRanges;
};

export type VersionCount = {
  readonly versions: number;
  /** Without a leaf that the ledger covers. */
  readonly pending: number;
  /** Erased, and the ledger was not told yet. */
  readonly unstated: number;
};

/**
 * Store ↔ commitments ↔ leaves: each version's bytes are those of its commitment, which is its one leaf; or its event is still on the way. Without
 * content are those alone whose erasure is on the ledger or about to be, and without a version those leaves alone that were declared as lost.
 */
export const checkVersions = async (
  versions: AsyncIterable<Inspected>,
  logs: Readonly<Record<LogName, CheckedLeaves>>,
  now: number,
  report: Report,
): Promise<VersionCount> => {
  let [count, pending, unstated] = [0, 0, 0];
  for await (const inspected of versions) {
    if (inspected.kind === 'unreadable') {
      report({ place: inspected.place, problem: `cannot be read: ${inspected.reason}` });
      continue;
    }
    count += 1;
    const { version, sequencing } = inspected;
    const place = `record ${version.handle} version ${version.versionId}`;
    const problem: Problem = (text) => {
      report({ place, problem: text });
    };
    const fault = contentFault(inspected);
    if (fault !== undefined) problem(fault);
    if (!isWhatItsRowSays(version)) problem('its row names another version than its content');
    if (sequencing.state === 'unsequenced') checkOnTheWay(version, sequencing.pending, problem);
    else checkLeaf(version, sequencing.leafIndex, logs[version.log], problem);
    if (sequencing.state === 'unsequenced' || sequencing.leafIndex >= logs[version.log].anchoredSize) pending += 1;
    if (checkErasure(inspected, logs[version.log], now, problem) === 'unstated') unstated += 1;
  }
  for (const [log, { leaves, lost }] of Object.entries(logs)) {
    for (const range of leaves.unclaimed())
      for (const [first, last] of lost.outside(range)) {
        const place = first === last ? `${log} leaf ${first}` : `${log} leaves ${first} to ${last}`;
        report({ place, problem: 'belongs to no stored version' });
      }
  }
  return { versions: count, pending, unstated };
};

type Version = Extract<Inspected, { kind: 'version' }>;
type Problem = (problem: string) => void;

const checkOnTheWay = (
  { versionId }: StoredVersion,
  pending: readonly { readonly value: string }[],
  problem: Problem,
): void => {
  if (!pending.some(({ value }) => tellsOf(value, versionId)))
    problem('has no leaf, and no event that would give it one');
};

const checkLeaf = (
  { log, commitment }: StoredVersion,
  leafIndex: number,
  { leaves }: CheckedLeaves,
  problem: Problem,
): void => {
  // Sequenced after this look at the log began, or below what it began with.
  if (!leaves.has(leafIndex)) return;
  if (leaves.claim(leafIndex) === 'again') problem(`shares leaf ${leafIndex} of ${log} with another version`);
  if (!leaves.is(leafIndex, commitment)) problem(`leaf ${leafIndex} of ${log} is not its commitment`);
};

/** How long an erasure may wait for the ledger: its leaves have to be anchored before, and the ledger may be away. */
const longestUnstatedMs = 24 * 60 * 60 * 1000;

const checkErasure = (
  { version: { erasedAt }, sequencing }: Version,
  { erased }: CheckedLeaves,
  now: number,
  problem: Problem,
): 'stated' | 'unstated' | 'not erased' => {
  if (erased === undefined) return 'not erased';
  const isStated = sequencing.state === 'sequenced' && erased.has(sequencing.leafIndex);
  if (erasedAt === undefined && isStated) problem('is here, and the ledger says that it was erased');
  if (erasedAt === undefined) return 'not erased';
  if (isStated) return 'stated';
  if (now - erasedAt > longestUnstatedMs) problem('was erased, and the ledger was not told');
  return 'unstated';
};

const contentFault = ({ version, bytesHash }: Version): string | undefined => {
  if (version.erasedAt !== undefined) return remainsFault(version, bytesHash);
  const { content, commitmentKey, commitment } = version;
  if (hmac(commitmentKey, content).compare(commitment) !== 0) return 'its content is not what its commitment is to';
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

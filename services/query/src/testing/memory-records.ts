/** A record store in memory, for tests of who gets what. What a store must do, its suite in packages/ports tests. */
import { matchesQuery, type IndexEntry, type SearchQuery } from '@chartseal/fhir';
import type { Draft, RecordKey, RecordStore, SearchPage, StoredVersion } from '@chartseal/ports';

type Kept = StoredVersion & {
  readonly index: readonly IndexEntry[];
  readonly patients: readonly string[];
  readonly references: readonly RecordKey[];
};
type Entry = { readonly cursor: number; readonly versions: Kept[] };

export type MemoryRecords = RecordStore & {
  readonly events: { topic: string; key: string; value: string }[];
  /** Whether commits of audit entries fail from now on. */
  auditing: 'works' | 'fails';
  /** Runs within each commit, before it resolves. */
  beforeCommit: () => Promise<void>;
  writes: number;
  reads: number;
};

const name = ({ resourceType, id }: RecordKey): string => `${resourceType}/${id}`;

export const memoryRecords = (now: () => number, randomUuid: () => string): MemoryRecords => {
  const entries = new Map<string, Entry>();
  const newest = (key: RecordKey): Kept | undefined => entries.get(name(key))?.versions.at(-1);
  const page = (keep: (version: Kept) => boolean, after: number | undefined, limit: number): SearchPage => ({
    versions: [...entries.values()]
      .filter(({ cursor }) => cursor > (after ?? -1))
      .flatMap(({ cursor, versions }) =>
        versions.slice(-1).map((version) => ({ ...version, cursor: { after: cursor } })),
      )
      .filter(keep)
      .slice(0, limit),
  });
  const matching = (query: SearchQuery) => (version: Kept) =>
    version.state === 'content' && matchesQuery(query, { ...version, lastUpdated: Date.parse(version.lastUpdated) });

  const write = (draft: Draft): StoredVersion => {
    const known = entries.get(name(draft));
    const entry = known ?? { cursor: entries.size, versions: [] };
    const handle = entry.versions[0]?.handle ?? randomUuid();
    const position = { versionId: entry.versions.length + 1, lastUpdated: new Date(now()).toISOString(), handle };
    const { events, ...sealed } = draft.seal(position);
    if (sealed.log === 'access' && records.auditing === 'fails') throw new Error('disk full: Patient/secret');
    const state = draft.kind === 'content' ? 'content' : 'deleted';
    const version: Kept = { resourceType: draft.resourceType, id: draft.id, ...position, state, ...sealed };
    entry.versions.push(version);
    entries.set(name(draft), entry);
    records.events.push(...events);
    records.writes += 1;
    return version;
  };

  const counted = <T>(value: T): T => {
    records.reads += 1;
    return value;
  };
  const records: MemoryRecords = {
    events: [],
    auditing: 'works',
    writes: 0,
    reads: 0,
    beforeCommit: async () => {},
    commit: async (unit) => {
      await records.beforeCommit();
      const view = { current: () => undefined, match: async () => [] };
      return (await unit.plan(view)).map(write);
    },
    read: async (key) => counted(newest(key)),
    vread: async (key, versionId) => counted(entries.get(name(key))?.versions[versionId - 1]),
    readMany: async (keys) => counted(keys.flatMap((key) => newest(key) ?? [])),
    byHandle: async (handle) =>
      [...entries.values()].flatMap(({ versions }) => versions).find((one) => one.handle === handle),
    history: async (key, { limit, before }) =>
      counted(
        (entries.get(name(key))?.versions ?? [])
          .filter(({ versionId }) => versionId < (before ?? Infinity))
          .toReversed()
          .slice(0, limit),
      ),
    search: async (query, { after, limit }) => counted(page(matching(query), after?.after, limit)),
    count: async (query) => page(matching(query), undefined, Infinity).versions.length,
    compartment: async (patientId, { after, limit }) =>
      counted(page(({ state, patients }) => state === 'content' && patients.includes(patientId), after?.after, limit)),
    referrers: async (key, limit) =>
      page(
        ({ state, references }) => state === 'content' && references.some((one) => name(one) === name(key)),
        undefined,
        limit,
      ).versions,
    isEmpty: async () => entries.size === 0,
  };
  return records;
};

/** A record store in memory, for tests of who gets what. What a store must do, its suite in packages/ports tests. */
import type { SortRule } from '@chartseal/fhir';
import type {
  Draft,
  HistoryPage,
  RecordKey,
  RecordStore,
  SearchCursor,
  SearchPage,
  StoredVersion,
  WriteUnit,
} from '@chartseal/ports';
import { historyPage } from './memory-history.ts';
import { searchPage, type Entry, type Kept, type Queries } from './memory-search.ts';

type HistoryScope = Parameters<RecordStore['historyOf']>[0];
type HistoryOptions = Parameters<RecordStore['historyOf']>[1];

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

export const memoryRecords = (now: () => number, randomUuid: () => string): MemoryRecords =>
  new RecordsInMemory(now, randomUuid);

class RecordsInMemory implements MemoryRecords {
  readonly events: MemoryRecords['events'] = [];
  auditing: MemoryRecords['auditing'] = 'works';
  writes = 0;
  reads = 0;
  readonly #entries = new Map<string, Entry>();
  readonly #now: () => number;
  readonly #randomUuid: () => string;

  constructor(now: () => number, randomUuid: () => string) {
    this.#now = now;
    this.#randomUuid = randomUuid;
  }

  beforeCommit: () => Promise<void> = async () => {};

  async commit(unit: WriteUnit): Promise<readonly StoredVersion[]> {
    await this.beforeCommit();
    const view = { current: () => undefined, content: async () => undefined, match: async () => [] };
    return (await unit.plan(view)).map((draft) => this.#write(draft));
  }

  async read(key: RecordKey): Promise<StoredVersion | undefined> {
    this.reads += 1;
    return this.#newest(key);
  }

  async vread(key: RecordKey, versionId: number): Promise<StoredVersion | undefined> {
    this.reads += 1;
    return this.#versions(key)[versionId - 1];
  }

  async readMany(keys: readonly RecordKey[]): Promise<readonly StoredVersion[]> {
    this.reads += 1;
    return keys.flatMap((key) => this.#newest(key) ?? []);
  }

  async byHandle(handle: string): Promise<RecordKey | undefined> {
    return [...this.#entries.values()].flatMap(({ versions }) => versions).find((version) => version.handle === handle);
  }

  async history(
    key: RecordKey,
    { limit, before = Infinity }: { limit: number; before?: number },
  ): Promise<readonly StoredVersion[]> {
    this.reads += 1;
    const below = this.#versions(key).filter(({ versionId }) => versionId < before);
    return below.toReversed().slice(0, limit);
  }

  async historyOf(scope: HistoryScope, options: HistoryOptions): Promise<HistoryPage> {
    this.reads += 1;
    return historyPage(this.#entries.values(), scope, options);
  }

  async search(queries: Queries, { after, limit, sort = [], among }: Paging & Sorting): Promise<SearchPage> {
    this.reads += 1;
    return searchPage(this.#entries.values(), queries, { sort, after, limit, among });
  }

  async count(queries: Queries): Promise<number> {
    return searchPage(this.#entries.values(), queries, { sort: [], after: undefined, limit: Infinity }).versions.length;
  }

  async bytes(key: RecordKey, versionId: number): Promise<Uint8Array | undefined> {
    return this.#versions(key)[versionId - 1]?.bytes;
  }

  async compartment(patientId: string, { after, limit }: Paging): Promise<SearchPage> {
    return this.#page(({ patients, log }) => log === 'records' && patients.includes(patientId), after?.after, limit);
  }

  async referrers(key: RecordKey, limit: number): Promise<readonly StoredVersion[]> {
    const refers = ({ references, log }: Kept): boolean =>
      log === 'records' && references.some((one) => name(one) === name(key));
    return this.#page(refers, undefined, limit).versions;
  }

  async isEmpty(): Promise<boolean> {
    return this.#entries.size === 0;
  }

  #versions(key: RecordKey): readonly Kept[] {
    return this.#entries.get(name(key))?.versions ?? [];
  }

  #newest(key: RecordKey): Kept | undefined {
    return this.#versions(key).at(-1);
  }

  #page(keep: (version: Kept) => boolean, after: number | undefined, limit: number): SearchPage {
    const found: (Kept & { cursor: { after: number } })[] = [];
    for (const { cursor, versions } of this.#entries.values()) {
      const version = versions.at(-1);
      if (cursor > (after ?? -1) && version?.state === 'content' && keep(version)) {
        found.push({ ...version, cursor: { after: cursor } });
      }
    }
    return { versions: found.slice(0, limit) };
  }

  #write(draft: Draft): StoredVersion {
    const entry = this.#entries.get(name(draft)) ?? { cursor: this.#entries.size, versions: [] };
    const handle = entry.versions[0]?.handle ?? this.#randomUuid();
    const position = { versionId: entry.versions.length + 1, lastUpdated: new Date(this.#now()).toISOString(), handle };
    const { events, ...sealed } = draft.seal(position);
    if (sealed.log === 'access' && this.auditing === 'fails') throw new Error('disk full: Patient/secret');
    const state = draft.kind === 'content' ? 'content' : 'deleted';
    const version: Kept = { resourceType: draft.resourceType, id: draft.id, ...position, state, ...sealed };
    entry.versions.push(version);
    this.#entries.set(name(draft), entry);
    this.events.push(...events);
    this.writes += 1;
    return version;
  }
}

type Paging = { readonly after?: SearchCursor; readonly limit: number };

type Sorting = { readonly sort?: readonly SortRule[]; readonly among?: readonly string[] };

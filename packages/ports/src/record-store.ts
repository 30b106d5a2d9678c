import type { IndexEntry, SearchQuery, SortRule } from '@chartseal/fhir';
import type { OutgoingEvent } from './event-log.ts';

/** A FHIR logical id within a type: what `Patient/123` names. Ids may be record numbers: they never leave the store. */
export type RecordKey = { readonly resourceType: string; readonly id: string };

/** Which Merkle log a version's commitment becomes a leaf of. Audit entries go to `access`, everything else to `records`. */
export type LogName = 'records' | 'access';

/** A version as it is stored. Nothing of it is ever changed. */
export type StoredVersion = RecordKey & {
  readonly versionId: number;
  /** ISO 8601 with milliseconds, UTC. Never goes back within a record. */
  readonly lastUpdated: string;
  readonly state: 'content' | 'deleted';
  /** The canonical bytes as text: exactly what is served to the own hospital and what the commitment is over. */
  readonly content: string;
  /** Random name of the record (the same for all its versions), the only one that leaves the store. */
  readonly handle: string;
  readonly commitmentKey: Uint8Array;
  /** HMAC-SHA-256(commitmentKey, content): the log entry. */
  readonly commitment: Uint8Array;
  readonly log: LogName;
  /** Its content and key were destroyed then, milliseconds since the epoch: it is told as deleted, `content` is a deletion's, the key empty, the commitment what it was. */
  readonly erasedAt?: number;
};

/** What the store learns about a version from the one who writes it, once version and time are known. */
export type SealedVersion = Pick<StoredVersion, 'content' | 'commitmentKey' | 'commitment' | 'log'> & {
  readonly index: readonly IndexEntry[];
  /** Ids of the Patients here in whose compartment the version lies. */
  readonly patients: readonly string[];
  /** Every local resource that it references, for reverse look-up. */
  readonly references: readonly RecordKey[];
  /** Rows for the outbox, committed with the version. */
  readonly events: readonly OutboxEvent[];
  /** Of a Binary: its content, which `content` names by its hash alone. */
  readonly bytes?: Uint8Array;
};

export type OutboxEvent = OutgoingEvent;

/** One change that a unit wants to make. `seal` is called once the version's number, time and handle are fixed. */
export type Draft = RecordKey & {
  readonly kind: 'content' | 'deletion';
  seal(position: { versionId: number; lastUpdated: string; handle: string }): SealedVersion;
};

export type CurrentVersion = {
  readonly versionId: number;
  readonly state: 'content' | 'deleted';
  readonly handle: string;
  readonly log: LogName;
};

/** What a unit may read while it plans. It sees the effects of its own transaction. */
export interface UnitView {
  /** The current version, held against other writers until the transaction ends. Only for keys in `touches`. */
  current(key: RecordKey): CurrentVersion | undefined;
  /** The content of that version, for what changes a part of it (PATCH, $meta-add). Only for keys in `touches`. */
  content(key: RecordKey): Promise<string | undefined>;
  /** Ids of the records of that type, not deleted, that match. */
  match(query: SearchQuery, limit: number): Promise<readonly string[]>;
}

/** Everything that one request changes: all of it or nothing. */
export type WriteUnit = {
  /** The records whose current version the plan depends on or that it changes. A plan changes no others but new ids. */
  readonly touches: readonly RecordKey[];
  /** Names of conditions; two units that share one never run at the same time, in whatever process. */
  readonly exclusive: readonly string[];
  /** May run more than once; throws a ChartsealError to refuse the unit, which then changes nothing. */
  plan(view: UnitView): Promise<readonly Draft[]> | readonly Draft[];
};

/**
 * A place in a result list. Opaque to callers but for its being JSON; it holds no PHI. `version`: of the record there, as it was sorted
 * by; the values themselves are looked up again.
 */
export type SearchCursor = { readonly after: number; readonly version?: number };

export type SearchPage = { readonly versions: readonly (StoredVersion & { readonly cursor: SearchCursor })[] };

/** Likewise, in a history. */
export type HistoryCursor = { readonly time: number; readonly record: number; readonly version: number };
export type HistoryPage = { readonly versions: readonly (StoredVersion & { readonly cursor: HistoryCursor })[] };

/**
 * The hospital's own records: every version, its commitment, the search index and the outbox.
 *
 * Laws:
 * 1. `commit` resolves only when versions, index rows and outbox rows of the unit are durable in one transaction.
 * 2. A unit that is refused or fails leaves nothing behind.
 * 3. Versions of a record are numbered 1, 2, 3 … without a gap, in the order of their commits; concurrent units lose none.
 * 4. Units that share an `exclusive` name run one after the other: of two equal conditional creates one sees the other's record.
 * 5. Many units that wait at the same time may share one database transaction; each still succeeds or fails alone.
 * 6. `lastUpdated` comes from the injected clock and never goes back within a record.
 * 7. The outbox order of one record's events is the order of its versions.
 * 8. What is read after a commit resolved includes that commit.
 * 9. `search` sees the newest version of each record that is not deleted, in an order that stays as it is while others write: from page
 *    to page a record that nobody changes comes exactly once. Of several queries it finds what any of them does, once.
 * 10. A store that cannot be reached rejects with kind `store-unavailable`, whatever was acknowledged stays.
 * 11. `historyOf` tells the versions of a type, or of all types, the newest first; what others write meanwhile comes before the first
 *    page, so that from page to page nothing is missed or told twice.
 * 12. A search finds every record by what `extractIndex` of this release yields, whichever release wrote it.
 * 13. A search `among` some Patients finds those alone of its records that are about one of them at least and about nobody else here
 *    (`SealedVersion.patients`; a Patient is about itself beside), in the same order, but nothing of the access log; and Binaries, whosever they are.
 *    So does `historyOf`, where it counts whom any version of the record was about: it may tell more versions, never fewer.
 */
export interface RecordStore {
  commit(unit: WriteUnit): Promise<readonly StoredVersion[]>;
  /** The newest version (which may be a deletion), or undefined where there never was one. */
  read(key: RecordKey): Promise<StoredVersion | undefined>;
  vread(key: RecordKey, versionId: number): Promise<StoredVersion | undefined>;
  readMany(keys: readonly RecordKey[]): Promise<readonly StoredVersion[]>;
  byHandle(handle: string): Promise<RecordKey | undefined>;
  /** Newest first; `before` is the versionId to go on below. */
  history(key: RecordKey, options: { limit: number; before?: number }): Promise<readonly StoredVersion[]>;
  /** Versions of every record of that type, or of the system, deletions included. Times in milliseconds since the epoch. */
  historyOf(
    scope: { readonly resourceType?: string },
    options: {
      limit: number;
      after?: HistoryCursor;
      /** Written at or after it. */
      since?: number;
      /** Only versions that were the newest at some moment in [start, end). */
      at?: { readonly start: number; readonly end: number };
      /** Ids of Patients: law 13. */
      among?: readonly string[];
    },
  ): Promise<HistoryPage>;
  /** Sorted by `sort`, if any, then by the records' own order. */
  search(
    query: SearchQuery | readonly SearchQuery[],
    options: {
      after?: SearchCursor;
      limit: number;
      sort?: readonly SortRule[];
      /** Ids of Patients: law 13. */
      among?: readonly string[];
    },
  ): Promise<SearchPage>;
  count(query: SearchQuery | readonly SearchQuery[]): Promise<number>;
  /** The content of a version of a Binary that was sealed with `bytes`. */
  bytes(key: RecordKey, versionId: number): Promise<Uint8Array | undefined>;
  /** Newest versions in a Patient's compartment and the Patient itself, in stable order; nothing of the access log. */
  compartment(patientId: string, options: { after?: SearchCursor; limit: number }): Promise<SearchPage>;
  /** Stored records, newest versions, that reference the given one; nothing of the access log. */
  referrers(key: RecordKey, limit: number): Promise<readonly StoredVersion[]>;
  isEmpty(): Promise<boolean>;
}

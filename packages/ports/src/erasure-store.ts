import type { LedgerReceipt } from './ledger.ts';
import type { LogName, RecordKey } from './record-store.ts';

/** What is to be forgotten. Of a Patient: everything that is about that person and nobody else. */
export type ErasureRequest = {
  /** A UUID, of whoever asks. */
  readonly erasureId: string;
  readonly subject: RecordKey;
  /** Milliseconds since the epoch. */
  readonly erasedAt: number;
};

export type Erased = {
  readonly records: number;
  readonly versions: number;
  /** Records that are about somebody else too, and so stayed as they are. */
  readonly kept: readonly RecordKey[];
};

/** Leaves whose versions are erased, and of which the ledger was not told yet. */
export type UnstatedErasure = {
  readonly erasureId: string;
  readonly erasedAt: number;
  readonly log: LogName;
  /** Ascending. */
  readonly leafIndexes: readonly number[];
};

/** What the ledger was told. */
export type ErasureStatement = {
  readonly erasureId: string;
  readonly log: LogName;
  /** Hex SHA-256 of the note: what the ledger holds. */
  readonly statementHash: string;
  /** C2SP signed note, by the log's key. */
  readonly note: string;
  readonly transactionId: string;
  readonly blockNumber: number;
  readonly receipt: LedgerReceipt;
};

/** First and last leaf index of each range, both included. */
export type LeafRange = readonly [first: number, last: number];

/**
 * What was to be forgotten, and what was told of it.
 *
 * Laws:
 * 1. `erase` is one transaction, durable before it resolves: of every version of the record the content and the commitment's key, its index rows
 *    and the bytes beside it are destroyed. The record, its versions' numbers and times, commitments and leaves stay: RecordStore tells them as deleted, with `erasedAt`.
 * 2. With a Patient goes every record of which any version is about that Patient and none about anybody else here, deleted ones too, and Binaries that nothing
 *    else references; entries of the access log about that Patient that hold a requester's own words; offers, terms and keys of what the Patient signed, whose
 *    handles are closed and belong to nobody from then on; the reasons of emergencies. What is about others too is named in `kept`.
 * 3. What is erased stays erased: erasing it again finds nothing. A record may be written anew, and then has its next version.
 * 4. `unstated` tells an erasure's leaves of a log once each of its versions there has one, oldest first, at most `limit` of them; `state` takes those that a statement names
 *    off it, once.
 * 5. `eraseLeaves` erases the records of which a version has one of these leaves, as `erase` does each of them, and takes the statement as told: for a store that was restored from before.
 * 6. `statementOf` answers the statement that names the version's leaf.
 */
export interface ErasureStore {
  erase(request: ErasureRequest): Promise<Erased>;
  unstated(limit: number): Promise<readonly UnstatedErasure[]>;
  state(statement: ErasureStatement, leafIndexes: readonly number[]): Promise<void>;
  eraseLeaves(
    log: LogName,
    leaves: readonly LeafRange[],
    statement: Omit<ErasureStatement, 'log'> & { readonly erasedAt: number },
  ): Promise<Erased>;
  statementOf(version: { readonly handle: string; readonly versionId: number }): Promise<ErasureStatement | undefined>;
  /** Oldest first. */
  statements(): Promise<readonly ErasureStatement[]>;
}

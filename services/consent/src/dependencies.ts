import type { ClientStore, Committed, Ledger, LedgerCursor, PatientStore, RecordStore } from '@chartseal/ports';
import type { Clock, LogStanding, RateLimits } from '@chartseal/server';
import type { Logger } from 'pino';

export type ConsentDependencies = {
  readonly patients: PatientStore;
  readonly records: RecordStore;
  readonly clients: Pick<ClientStore, 'useJti'>;
  readonly ledger: Ledger;
  readonly ledgerCursor: LedgerCursor;
  /** This hospital's directory id. */
  readonly organization: string;
  /** Without a trailing slash. */
  readonly consentBaseUrl: string;
  readonly fhirBaseUrl: string;
  readonly clock: Clock;
  /** Of requests under one handle. */
  readonly limits?: Pick<RateLimits, 'other'>;
  /** Rejects while this store may lack what the patient did last. A directive is taken all the same: nobody can block a no, and the ledger has its order. */
  readonly standing: Pick<LogStanding, 'require'>;
  readonly randomBytes: (size: number) => Uint8Array;
  readonly log: Logger;
  /** Told of each own transaction that the ledger committed; resolves once this gateway's view holds it, or gives up waiting. */
  readonly onOwnCommit: (submittedAtMonotonicMs: number, committed: Committed) => Promise<void>;
};

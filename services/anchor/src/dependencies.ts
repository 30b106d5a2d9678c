import type {
  CosignatureStore,
  ErasureStore,
  EventLog,
  Ledger,
  LogName,
  LogStore,
  Outbox,
  Signer,
} from '@chartseal/ports';
import type { Clock, LogStanding, Metrics } from '@chartseal/server';
import type { Logger } from 'pino';
import type { OwnCheckpoint } from './cosign/offer.ts';
import type { TraceTrail } from './trace-trail.ts';

/** One of this gateway's logs. `origin` is its id in the directory and the first line of its checkpoints. */
export type LogIdentity = { readonly name: LogName; readonly origin: string; readonly signer: Signer };

export type AnchorDependencies = {
  readonly outbox: Outbox;
  readonly events: EventLog;
  readonly logs: LogStore;
  readonly erasures: ErasureStore;
  readonly cosignatures: CosignatureStore;
  /** The newest checkpoint of a log, with the cosignatures that others gave it in time. */
  readonly cosigned: (log: LogName) => Promise<OwnCheckpoint | undefined>;
  readonly ledger: Ledger;
  readonly identities: Readonly<Record<LogName, LogIdentity>>;
  /** Without a trailing slash; names records in events. */
  readonly fhirBaseUrl: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly standing: Pick<LogStanding, 'require'>;
  readonly trail: TraceTrail;
  /** Told of each own transaction that the ledger committed: the view of the ledger is as fresh as its submission. */
  readonly observeOwnCommit: (submittedAtMonotonicMs: number, blockNumber: number) => void;
};

export const logNames: readonly LogName[] = ['records', 'access'];

import { randomBytes as systemRandomBytes } from 'node:crypto';
import type {
  BreakGlassStore,
  ClientStore,
  CosignatureStore,
  ErasureStore,
  EventLog,
  ImportStore,
  Leases,
  LedgerCursor,
  LogStore,
  Outbox,
  PatientStore,
  PermittingPatients,
  RecordStore,
  SubmissionStore,
  UpstreamCheckpointStore,
  WitnessStore,
} from '@chartseal/ports';
import { postgresBreakGlassStore } from './break-glass-store/break-glass-store.ts';
import { postgresClientStore } from './client-store.ts';
import { Database } from './database/database.ts';
import type { PostgresSettings } from './database/settings.ts';
import { postgresErasureStore } from './erasure-store/erasure-store.ts';
import { postgresEventLog } from './event-log/event-log.ts';
import { postgresImportStore } from './import-store/import-store.ts';
import { postgresLeases } from './leases/leases.ts';
import { postgresLedgerCursor } from './ledger-cursor/ledger-cursor.ts';
import { postgresLogStore } from './log-store/log-store.ts';
import { migrate } from './migrations/migrate.ts';
import { postgresPatientStore } from './patient-store/patient-store.ts';
import { postgresPermittingPatients } from './permitting-patients/permitting-patients.ts';
import { readReach } from './permitting-patients/read-reach.ts';
import { contentIndex } from './record-store/index/content-index.ts';
import type { ContentIndex } from './record-store/index/content-index.ts';
import { postgresOutbox } from './record-store/outbox.ts';
import { postgresRecordStore } from './record-store/record-store.ts';
import { reindex } from './record-store/reindex.ts';
import type { IndexProgress } from './record-store/reindex.ts';
import { postgresSubmissionStore } from './submission-store/submission-store.ts';
import { postgresUpstreamCheckpointStore } from './upstream-checkpoint-store/upstream-checkpoint-store.ts';
import { postgresCosignatureStore } from './witness-store/cosignature-store.ts';
import { postgresWitnessStore } from './witness-store/witness-store.ts';

export type PostgresOptions = {
  /** Milliseconds since the epoch. */
  readonly clock?: { now(): number };
  readonly randomBytes?: (size: number) => Uint8Array;
  /** Without a trailing slash: an absolute reference below it is one to a record here. */
  readonly fhirBaseUrl?: string;
  /** What a stored version is found by, in place of R4's search parameters. */
  readonly indexOf?: ContentIndex;
  /** See EventLogOptions. */
  readonly pollMs?: number;
  readonly retentionMs?: number;
};

export type PostgresStores = {
  readonly records: RecordStore;
  readonly outbox: Outbox;
  readonly events: EventLog;
  readonly logs: LogStore;
  readonly patients: PatientStore;
  readonly permitting: PermittingPatients;
  readonly breakGlass: BreakGlassStore;
  readonly clients: ClientStore;
  readonly erasures: ErasureStore;
  readonly imports: ImportStore;
  readonly leases: Leases;
  readonly ledgerCursor: LedgerCursor;
  readonly submissions: SubmissionStore;
  readonly upstreamCheckpoints: UpstreamCheckpointStore;
  /** As a witness of others. */
  readonly witnessed: WitnessStore;
  /** As one that others witness. */
  readonly cosignatures: CosignatureStore;
  /**
   * Indexes anew what an older release has indexed or goes on to write (RecordStore law 12). `nothing`: until there is no such record, whoever
   * else is at it: before a service listens. `nothing-free`: without waiting for others.
   */
  reindex(until: 'nothing' | 'nothing-free'): Promise<IndexProgress>;
  close(): Promise<void>;
};

/**
 * All stores in one PostgreSQL (15 to 18). Its schema is brought up to this release's; a newer one stays (ADR 0015).
 * @throws ChartsealError `misconfigured` for settings or a server that will not do, naming the variable, or a schema that has left this
 * release behind; `store-unavailable`
 */
export async function openPostgres(settings: PostgresSettings, options: PostgresOptions = {}): Promise<PostgresStores> {
  const { clock = Date, randomBytes = systemRandomBytes, fhirBaseUrl = '', ...others } = options;
  const { indexOf = contentIndex(fhirBaseUrl), ...eventLog } = others;
  await prepare(settings);
  const database = new Database(settings);
  const outbox = postgresOutbox(database);
  return {
    records: postgresRecordStore(database, { clock, randomBytes, indexOf }),
    outbox,
    events: postgresEventLog(database, { clock, ...eventLog }),
    logs: postgresLogStore(database),
    patients: postgresPatientStore(database),
    permitting: postgresPermittingPatients(database),
    breakGlass: postgresBreakGlassStore(database),
    clients: postgresClientStore(database, clock),
    erasures: postgresErasureStore(database, indexOf),
    imports: postgresImportStore(database),
    leases: postgresLeases(database),
    ledgerCursor: postgresLedgerCursor(database),
    submissions: postgresSubmissionStore(database),
    reindex: async (until) => {
      await readReach(database);
      return reindex(database, indexOf, until);
    },
    upstreamCheckpoints: postgresUpstreamCheckpointStore(database),
    witnessed: postgresWitnessStore(database),
    cosignatures: postgresCosignatureStore(database),
    close: async () => {
      outbox.close();
      await database.close();
    },
  };
}

/** To bring up a schema that has grown over years may take its time. */
const migrationTimeoutMs = 4 * 60 * 60 * 1000;

async function prepare(settings: PostgresSettings): Promise<void> {
  const database = new Database({ ...settings, poolSize: 1, statementTimeoutMs: migrationTimeoutMs });
  try {
    await database.reach();
    await migrate(database);
  } finally {
    await database.close();
  }
}

import type { ValueSets } from '@chartseal/consent';
import type { PatientState } from '@chartseal/contracts';
import type {
  BreakGlassStore,
  Committed,
  CosignatureStore,
  ErasureStore,
  KeyVault,
  Ledger,
  LogStore,
  PatientStore,
  PermittingPatients,
  RecordStore,
} from '@chartseal/ports';
import type { Clock, Freshness, LedgerView, Metrics } from '@chartseal/server';

/** All that the read path touches. */
export type QueryDependencies = {
  readonly records: RecordStore;
  readonly patients: Pick<PatientStore, 'handle' | 'handlesOf' | 'directives' | 'say' | 'united' | 'registrars'>;
  readonly permitting: PermittingPatients;
  readonly breakGlass: Pick<BreakGlassStore, 'open' | 'settle' | 'current'>;
  readonly ledger: Pick<Ledger, 'submit'>;
  /** Told of each own transaction that the ledger committed; resolves once this gateway's view holds it, or gives up waiting. */
  readonly onOwnCommit: (submittedAtMonotonicMs: number, committed: Committed) => Promise<void>;
  /** How long an emergency lasts that is opened now. */
  readonly breakGlassMs: number;
  readonly logs: Pick<LogStore, 'leafIndex' | 'anchored' | 'readTile'>;
  readonly cosignatures: Pick<CosignatureStore, 'of'>;
  readonly erasures: Pick<ErasureStore, 'statementOf'>;
  readonly vault: Pick<KeyVault, 'secret' | 'signer'>;
  /** First part of the logs' origins. */
  readonly logOrigin: string;
  readonly ledgerView: Pick<
    LedgerView<PatientState>,
    'height' | 'reached' | 'directoryChangedAt' | 'changedAt' | 'organization' | 'parentsOf' | 'policy' | 'consent'
  >;
  readonly freshness: Pick<Freshness, 'ensureFresh'>;
  /** Which codes make a record sensitive. */
  readonly valueSets: ValueSets;
  /** Without a trailing slash. */
  readonly fhirBaseUrl: string;
  /** Directory id of the hospital whose gateway this is. */
  readonly organization: string;
  /** Hex SHA-256 of the ledger's genesis block. */
  readonly network: string;
  /** `ANSWER_STEP_MS`: another organisation's answers leave at multiples of it after their arrival. 0: at once. */
  readonly answerStepMs: number;
  readonly metrics: Pick<Metrics, 'count'>;
  readonly clock: Clock;
  readonly randomBytes: (size: number) => Uint8Array;
  readonly randomUuid: () => string;
};

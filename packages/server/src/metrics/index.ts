export { certificatesSource } from './certificates.ts';
export { createMetrics, type Metrics, type MetricsOptions } from './metrics.ts';
export { observedLedger } from './observed-ledger.ts';
export type { MetricSource } from './sampling.ts';
export {
  breakGlassSource,
  cacheSource,
  consumerLagSource,
  cosignaturesSource,
  deadLettersSource,
  directivesSource,
  ledgerViewSource,
  logSource,
  outboxSource,
  submissionsSource,
  witnessSource,
} from './sources.ts';

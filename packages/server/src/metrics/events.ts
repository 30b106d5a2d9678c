/** What is counted when it happens. The same rules for labels as in gauges.ts. */
export const COUNTERS = {
  chartseal_http_requests_total: {
    labels: ['method', 'route', 'status'],
    help: 'Requests answered or cut off, by route template; `(none)` for every path that is not offered.',
  },
  chartseal_decisions_total: {
    labels: ['effect', 'reason'],
    help: 'Decisions on versions that a read looked at, by effect and reason. One that was decided again counts again.',
  },
  chartseal_dead_letters_total: {
    labels: ['topic', 'reason'],
    help: 'Events that this process put into a dead-letter topic.',
  },
  chartseal_events_relayed_total: {
    labels: [],
    help: 'Events that this process moved from the outbox to the event log.',
  },
  chartseal_events_sequenced_total: {
    labels: ['log'],
    help: 'Events of versions that this process handed to the log store, redeliveries too.',
  },
  chartseal_consumer_restarts_total: {
    labels: ['group'],
    help: 'Times a consumer of this process had to start again.',
  },
  chartseal_ledger_heartbeats_total: {
    labels: ['outcome'],
    help: 'Heartbeats that reads of other organisations asked for: committed, or failed.',
  },
  chartseal_log_fenced_total: {
    labels: ['log'],
    help: 'Times this process found that another had taken the right to write the log.',
  },
  chartseal_log_diverged_total: {
    labels: ['log'],
    help: 'Times the log here was found not to continue the one on the ledger. Never anything but 0.',
  },
  chartseal_witness_requests_total: {
    labels: ['outcome'],
    help: 'Checkpoints that others brought to this witness: cosigned, other-size, malformed, unknown-origin, unsigned, unproven or equivocation.',
  },
  chartseal_cosignatures_total: {
    labels: ['log', 'outcome'],
    help: 'Checkpoints that this process took to a witness: cosigned, overtaken, unknown, inconsistent, invalid or away.',
  },
  chartseal_background_failures_total: {
    labels: ['loop'],
    help: 'Steps of a background loop that failed and will be tried again.',
  },
  chartseal_upstream_requests_total: {
    labels: ['outcome'],
    help: 'Requests to the upstream: answered, throttled, gone (it has no such record or page), or failed. One that is made again counts again.',
  },
  chartseal_upstream_records_total: {
    labels: ['type', 'outcome'],
    help: 'Records of the upstream that were new to this process: created, updated, unchanged, deleted or refused, by resource type.',
  },
  chartseal_import_lines_total: {
    labels: ['outcome'],
    help: 'Lines of imports that this process settled: created, updated or refused. One that is done again after a stop counts again.',
  },
  chartseal_cache_requests_total: { labels: ['cache', 'outcome'], help: 'Look-ups in a cache: hit, miss or error.' },
} as const satisfies Record<string, { readonly labels: readonly string[]; readonly help: string }>;

export const HISTOGRAMS = {
  chartseal_http_request_duration_seconds: {
    labels: ['method', 'route', 'status_class'],
    help: 'From the head of the request to the end of its answer.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  chartseal_ledger_submit_duration_seconds: {
    labels: ['contract', 'transaction', 'outcome'],
    help: 'From submitting a transaction to what became of it: committed, or the kind of failure.',
    buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  },
} as const satisfies Record<
  string,
  { readonly labels: readonly string[]; readonly help: string; readonly buckets: readonly number[] }
>;

export type CounterName = keyof typeof COUNTERS;
export type HistogramName = keyof typeof HISTOGRAMS;

/**
 * What is asked of stores, views and engines when somebody scrapes. Names follow https://prometheus.io/docs/practices/naming/; every
 * label has a closed set of values: names of logs, topics, groups, checks and tasks, never an id, a path or a client.
 */
export const GAUGES = {
  chartseal_log_tree_size: { labels: ['log'], help: 'Leaves of the log that are integrated, signed or not.' },
  chartseal_log_checkpoint_size: { labels: ['log'], help: 'Leaves that the newest signed checkpoint covers.' },
  chartseal_log_anchored_size: {
    labels: ['log'],
    help: 'Leaves that the newest checkpoint noted as committed by the ledger covers.',
  },
  chartseal_anchor_lag_seconds: {
    labels: ['log'],
    help: 'Age of the oldest version that has a leaf which no anchored checkpoint covers, since it was accepted; 0 if there is none.',
  },
  chartseal_log_cosignatures: {
    labels: ['log'],
    help: 'Other hospitals that cosigned the newest anchored checkpoint, and whose cosignature is held here.',
  },
  chartseal_log_witnesses: {
    labels: [],
    help: 'Active members of the directory that say where their witness is, without this hospital.',
  },
  chartseal_witness_forks: {
    labels: ['kind'],
    help: 'Checkpoints that this witness was shown and keeps as evidence. `equivocation`: the log signed two trees of one size; `unproven`: not shown to go on from what was cosigned.',
  },
  chartseal_outbox_depth: { labels: [], help: 'Events that are committed and not yet published.' },
  chartseal_consumer_lag_events: {
    labels: ['group', 'topic'],
    help: 'Published events that the consumer group has not committed.',
  },
  chartseal_dead_letters: { labels: ['topic'], help: 'Events in the dead-letter topic.' },
  chartseal_ledger_staleness_seconds: {
    labels: [],
    help: 'Time since this process submitted its newest own transaction that its view of the ledger has taken in; +Inf before the first.',
  },
  chartseal_ledger_height_blocks: { labels: [], help: 'Blocks that the view of the ledger has wholly taken in.' },
  chartseal_ledger_submissions_pending: {
    labels: [],
    help: 'Transactions that are signed and kept, and whose commit was not seen yet.',
  },
  chartseal_directives_pending: {
    labels: [],
    help: 'Directives of patients that the ledger has not answered, 1000 at most.',
  },
  chartseal_break_glass_unreviewed: {
    labels: [],
    help: 'Emergencies in which another organisation was let in, that are over and that nobody reviewed.',
  },
  chartseal_upstream_lag_seconds: {
    labels: ['type'],
    help: 'Time since the newest whole reading of the type at the upstream began: what changed there before is here, or refused. No value before the first.',
  },
  chartseal_upstream_types_loading: {
    labels: [],
    help: 'Resource types that were begun at the upstream and not yet read from end to end.',
  },
  chartseal_upstream_refused: {
    labels: ['type'],
    help: 'Records of the upstream that are not here as they are there, because they were refused.',
  },
  chartseal_import_age_seconds: {
    labels: [],
    help: 'Time since the oldest import that is not finished was accepted; 0 if there is none.',
  },
  chartseal_certificate_expiry_timestamp_seconds: {
    labels: ['certificate'],
    help: 'When the first certificate of a configured file ends, in seconds since 1970. The label is the variable that names the file.',
  },
  chartseal_ready: { labels: ['check'], help: '1 if the port answered its readiness check in time, else 0.' },
} as const satisfies Record<string, { readonly labels: readonly string[]; readonly help: string }>;

/** What is told when it changes, by the process that does it. */
export const SET_GAUGES = {
  chartseal_outbox_oldest_timestamp_seconds: {
    labels: [],
    help: 'When the oldest event that this process is handing over to the event log was made, in seconds since 1970; 0 while there is none.',
  },
  chartseal_log_standing: {
    labels: ['log'],
    help: '1 while the log here goes on from the one on the ledger, as this process found last; 0 from when it does not.',
  },
  chartseal_log_taken_over: {
    labels: ['log'],
    help: '1 from when this process found that another gateway has taken over the log, which this one then writes no more; else 0.',
  },
  chartseal_log_writer_epoch: {
    labels: ['log'],
    help: 'Epoch of the right to write the log that this process holds; 0 if it holds none.',
  },
  chartseal_upstream_last_success_timestamp_seconds: {
    labels: [],
    help: 'When this process last read all that is new at the upstream without a failure, in seconds since 1970; 0 if it did not.',
  },
  chartseal_task_leader: { labels: ['task'], help: '1 in the process that leads the task, 0 in those that stand by.' },
} as const satisfies Record<string, { readonly labels: readonly string[]; readonly help: string }>;

export type SetGaugeName = keyof typeof SET_GAUGES;
export type GaugeName = keyof typeof GAUGES;
export type Labels = Readonly<Record<string, string>>;

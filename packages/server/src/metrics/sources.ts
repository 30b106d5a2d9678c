/** The sources that services choose from. Each asks what its process has anyway. */
import type {
  BreakGlassStore,
  CosignatureStore,
  LogName,
  LogStore,
  Outbox,
  PatientStore,
  RecordStore,
  WitnessStore,
} from '@chartseal/ports';
import type { Clock } from '../clock.ts';
import type { Freshness } from '../ledger-view/freshness.ts';
import { countCosignatures } from '../logs/cosigned-note.ts';
import { anchorLagSeconds } from './anchor-lag.ts';
import type { MetricSource, Sample } from './sampling.ts';

const logNames: readonly LogName[] = ['records', 'access'];

export const outboxSource = (outbox: Pick<Outbox, 'depth'>): MetricSource => ({
  name: 'outbox',
  gauges: ['chartseal_outbox_depth'],
  sample: async () => [{ gauge: 'chartseal_outbox_depth', value: await outbox.depth() }],
});

export const logSource = (deps: {
  readonly logs: Pick<LogStore, 'head' | 'checkpoint' | 'anchored' | 'entries'>;
  readonly records: Pick<RecordStore, 'byHandle' | 'vread'>;
  readonly clock: Pick<Clock, 'wallMs'>;
}): MetricSource => ({
  name: 'logs',
  gauges: [
    'chartseal_log_tree_size',
    'chartseal_log_checkpoint_size',
    'chartseal_log_anchored_size',
    'chartseal_anchor_lag_seconds',
  ],
  sample: async () => (await Promise.all(logNames.map((log) => sampleLog(deps, log)))).flat(),
});

const sampleLog = async (deps: Parameters<typeof logSource>[0], log: LogName): Promise<readonly Sample[]> => {
  // What is anchored first: a log that grows meanwhile must not look as if the ledger were ahead of it.
  const anchored = (await deps.logs.anchored(log))?.treeSize ?? 0;
  const checkpoint = (await deps.logs.checkpoint(log))?.treeSize ?? 0;
  const head = (await deps.logs.head(log))?.treeSize ?? 0;
  return [
    { gauge: 'chartseal_log_tree_size', labels: { log }, value: head },
    { gauge: 'chartseal_log_checkpoint_size', labels: { log }, value: checkpoint },
    { gauge: 'chartseal_log_anchored_size', labels: { log }, value: anchored },
    { gauge: 'chartseal_anchor_lag_seconds', labels: { log }, value: await anchorLagSeconds(deps, log, anchored) },
  ];
};

/** `expected`: how many witnesses the directory names. */
export const cosignaturesSource = (deps: {
  readonly logs: Pick<LogStore, 'anchored'>;
  readonly cosignatures: Pick<CosignatureStore, 'of'>;
  readonly expected: () => number;
}): MetricSource => ({
  name: 'cosignatures',
  gauges: ['chartseal_log_cosignatures', 'chartseal_log_witnesses'],
  sample: async () => {
    const logs = await Promise.all(
      logNames.map(async (log) => {
        const anchored = await deps.logs.anchored(log);
        const value = anchored === undefined ? 0 : await countCosignatures(deps.cosignatures, log, anchored.note);
        return { gauge: 'chartseal_log_cosignatures' as const, labels: { log }, value };
      }),
    );
    return [...logs, { gauge: 'chartseal_log_witnesses', value: deps.expected() }];
  },
});

export const witnessSource = (witnessed: Pick<WitnessStore, 'forks'>): MetricSource => ({
  name: 'witness',
  gauges: ['chartseal_witness_forks'],
  sample: async () => {
    const forks = await witnessed.forks();
    return (['equivocation', 'unproven'] as const).map((kind) => ({
      gauge: 'chartseal_witness_forks',
      labels: { kind },
      value: forks.filter((fork) => fork.kind === kind).length,
    }));
  },
});

export const ledgerViewSource = (deps: {
  readonly freshness: Pick<Freshness, 'ageMs'>;
  readonly ledgerView: { readonly height: number };
}): MetricSource => ({
  name: 'ledger-view',
  gauges: ['chartseal_ledger_staleness_seconds', 'chartseal_ledger_height_blocks'],
  sample: async () => [
    { gauge: 'chartseal_ledger_staleness_seconds', value: deps.freshness.ageMs() / 1000 },
    { gauge: 'chartseal_ledger_height_blocks', value: deps.ledgerView.height },
  ],
});

/** Lag of each consumer group, by its name; partitions of a topic are added up. */
export const consumerLagSource = (
  groups: Readonly<Record<string, () => Promise<readonly { readonly topic: string; readonly events: number }[]>>>,
): MetricSource => ({
  name: 'consumer-lag',
  gauges: ['chartseal_consumer_lag_events'],
  sample: async () => {
    const asked = await Promise.all(Object.entries(groups).map(async ([group, lag]) => ({ group, lags: await lag() })));
    return asked.flatMap(({ group, lags }) => {
      const topics = new Map<string, number>();
      for (const { topic, events } of lags) topics.set(topic, (topics.get(topic) ?? 0) + events);
      return [...topics].map(([topic, value]) => ({
        gauge: 'chartseal_consumer_lag_events' as const,
        labels: { group, topic },
        value,
      }));
    });
  },
});

/** `stats`: what a cache has counted since it was opened. */
export const cacheSource = (
  cache: string,
  stats: () => { readonly hits: number; readonly misses: number; readonly errors: number },
): MetricSource => ({
  name: `cache:${cache}`,
  gauges: [],
  sample: async () => {
    const { hits, misses, errors } = stats();
    const total = (outcome: string, value: number): Sample => ({
      counter: 'chartseal_cache_requests_total',
      labels: { cache, outcome },
      total: value,
    });
    return [total('hit', hits), total('miss', misses), total('error', errors)];
  },
});

const mostPending = 1000;

export const directivesSource = (patients: Pick<PatientStore, 'pending'>): MetricSource => ({
  name: 'directives',
  gauges: ['chartseal_directives_pending'],
  sample: async () => [{ gauge: 'chartseal_directives_pending', value: (await patients.pending(mostPending)).length }],
});

export const breakGlassSource = (deps: {
  readonly breakGlass: Pick<BreakGlassStore, 'unreviewed'>;
  readonly clock: Pick<Clock, 'wallMs'>;
}): MetricSource => ({
  name: 'break-glass',
  gauges: ['chartseal_break_glass_unreviewed'],
  sample: async () => [
    { gauge: 'chartseal_break_glass_unreviewed', value: await deps.breakGlass.unreviewed(deps.clock.wallMs()) },
  ],
});

/** `pending`: how many transactions are kept whose commit was not seen yet. */
export const submissionsSource = (pending: () => Promise<number>): MetricSource => ({
  name: 'ledger-submissions',
  gauges: ['chartseal_ledger_submissions_pending'],
  sample: async () => [{ gauge: 'chartseal_ledger_submissions_pending', value: await pending() }],
});

/** `waiting`: how many events each dead-letter topic holds. */
export const deadLettersSource = (
  waiting: () => Promise<readonly { readonly topic: string; readonly events: number }[]>,
): MetricSource => ({
  name: 'dead-letters',
  gauges: ['chartseal_dead_letters'],
  sample: async () =>
    (await waiting()).map(({ topic, events }) => ({
      gauge: 'chartseal_dead_letters',
      labels: { topic },
      value: events,
    })),
});

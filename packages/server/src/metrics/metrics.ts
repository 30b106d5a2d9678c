import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Clock } from '../clock.ts';
import { COUNTERS, HISTOGRAMS, type CounterName, type HistogramName } from './events.ts';
import { GAUGES, SET_GAUGES, type GaugeName, type Labels, type SetGaugeName } from './gauges.ts';
import { sampleOne, type MetricSource, type Sampled } from './sampling.ts';

/** What a process tells Prometheus. One for each process, made where it is composed and passed down. */
export type Metrics = {
  readonly contentType: string;
  /** The exposition, in Prometheus' text format. Never fails because a source does; sources are asked at most every `minimumAgeMs`. */
  text(): Promise<string>;
  count(name: CounterName, labels: Labels, by?: number): void;
  observe(name: HistogramName, labels: Labels, seconds: number): void;
  /** A gauge that is told when it changes instead of being asked for. */
  set(name: SetGaugeName, labels: Labels, value: number): void;
  /** Asks the sources at every scrape from now on. Of two with one name the first is asked: services that share a process share what they ask. */
  watch(...sources: readonly MetricSource[]): void;
};

export type MetricsOptions = {
  readonly service: string;
  readonly version: string;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly minimumAgeMs?: number;
  readonly deadlineMs?: number;
};

const entriesOf = <Name extends string, T>(table: Readonly<Record<Name, T>>): [Name, T][] =>
  Object.entries(table) as [Name, T][];

const instruments = (registry: Registry) => {
  const registers = [registry];
  const gauge = (name: string, { labels, help }: { readonly labels: readonly string[]; readonly help: string }) =>
    new Gauge<string>({ name, help, labelNames: [...labels], registers });
  return {
    gauges: new Map(
      entriesOf<GaugeName, (typeof GAUGES)[GaugeName]>(GAUGES).map(([name, row]) => [name, gauge(name, row)]),
    ),
    setGauges: new Map(
      entriesOf<SetGaugeName, (typeof SET_GAUGES)[SetGaugeName]>(SET_GAUGES).map(([name, row]) => [
        name,
        gauge(name, row),
      ]),
    ),
    counters: new Map(
      entriesOf<CounterName, (typeof COUNTERS)[CounterName]>(COUNTERS).map(([name, { labels, help }]) => [
        name,
        new Counter<string>({ name, help, labelNames: [...labels], registers }),
      ]),
    ),
    histograms: new Map(
      entriesOf<HistogramName, (typeof HISTOGRAMS)[HistogramName]>(HISTOGRAMS).map(
        ([name, { labels, help, buckets }]) => [
          name,
          new Histogram<string>({ name, help, labelNames: [...labels], buckets: [...buckets], registers }),
        ],
      ),
    ),
    sourceUp: gauge('chartseal_metric_source_up', {
      labels: ['source'],
      help: '1 if what is asked at a scrape answered, else 0: the gauges that it gives then have no value.',
    }),
    build: gauge('chartseal_build_info', {
      labels: ['service', 'version', 'node'],
      help: 'Always 1; the labels say what runs.',
    }),
  };
};

/** A gauge of which nothing is known has no value; `reset` would make one without labels 0. */
const forget = (gauge: Gauge | undefined): void => {
  gauge?.reset();
  gauge?.remove({});
};

export const createMetrics = (options: MetricsOptions): Metrics => {
  const { service, version, clock, minimumAgeMs = 3000, deadlineMs = 2500 } = options;
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const { gauges, setGauges, counters, histograms, sourceUp, build } = instruments(registry);
  build.set({ service, version, node: process.version }, 1);

  for (const gauge of gauges.values()) forget(gauge);
  // Else the first failure of a process would be no increase of anything.
  for (const outcome of ['committed', 'failed']) counters.get('chartseal_ledger_heartbeats_total')?.inc({ outcome }, 0);
  for (const log of ['records', 'access']) {
    counters.get('chartseal_log_fenced_total')?.inc({ log }, 0);
    counters.get('chartseal_log_diverged_total')?.inc({ log }, 0);
  }
  const sources: MetricSource[] = [];
  let sampledAtMs = Number.NEGATIVE_INFINITY;
  let sampling: Promise<void> | undefined;

  const keep = ({ source, samples }: Sampled): void => {
    sourceUp.set({ source: source.name }, samples === undefined ? 0 : 1);
    for (const name of source.gauges) forget(gauges.get(name));
    for (const sample of samples ?? []) {
      if ('gauge' in sample) gauges.get(sample.gauge)?.set(sample.labels ?? {}, sample.value);
      else {
        counters.get(sample.counter)?.remove(sample.labels);
        counters.get(sample.counter)?.inc(sample.labels, sample.total);
      }
    }
  };
  const sampleAll = async (): Promise<void> => {
    const sampled = await Promise.all(sources.map((source) => sampleOne(source, deadlineMs)));
    for (const each of sampled) keep(each);
    sampledAtMs = clock.monotonicMs();
  };
  return {
    contentType: registry.contentType,
    async text() {
      if (sampling === undefined && clock.monotonicMs() - sampledAtMs >= minimumAgeMs) {
        sampling = sampleAll().finally(() => {
          sampling = undefined;
        });
      }
      await sampling;
      return registry.metrics();
    },
    count: (name, labels, by = 1) => counters.get(name)?.inc(labels, by),
    observe: (name, labels, seconds) => histograms.get(name)?.observe(labels, seconds),
    set: (name, labels, value) => setGauges.get(name)?.set(labels, value),
    watch: (...more) => {
      for (const source of more) if (!sources.some(({ name }) => name === source.name)) sources.push(source);
    },
  };
};

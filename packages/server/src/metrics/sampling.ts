import type { CounterName } from './events.ts';
import type { GaugeName, Labels } from './gauges.ts';

export type Sample =
  | { readonly gauge: GaugeName; readonly labels?: Labels; readonly value: number }
  /** What is counted elsewhere, since that began. */
  | { readonly counter: CounterName; readonly labels: Labels; readonly total: number };

/** Something that is asked when somebody scrapes. One that fails is told as `chartseal_metric_source_up` 0 and hides no other. */
export type MetricSource = {
  readonly name: string;
  /** Those that it alone gives: without an answer they have no value, rather than an old one. */
  readonly gauges: readonly GaugeName[];
  sample(): Promise<readonly Sample[]>;
};

export type Sampled = { readonly source: MetricSource; readonly samples: readonly Sample[] | undefined };

/** Undefined if it failed or did not answer in time. */
export const sampleOne = async (source: MetricSource, deadlineMs: number): Promise<Sampled> => {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), deadlineMs);
  const asked = (async () => source.sample())().catch(() => undefined);
  try {
    return { source, samples: await Promise.race([asked, late.promise]) };
  } finally {
    clearTimeout(timer);
  }
};

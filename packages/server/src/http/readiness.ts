import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { safeError } from '../errors/safe-error.ts';
import type { MetricSource } from '../metrics/sampling.ts';

/** Asks one port whether it can work. Rejects if not. `name`: a closed word, told to whoever asks. */
export type ReadyCheck = { readonly name: string; check: () => Promise<unknown> };

export type Readiness = { readonly name: string; readonly state: 'ready' | 'not-ready' };

const deadlineMs = 2000;
/** An answer serves all who ask within this time: asking cannot be used to load the ports. */
const keptMs = 1000;

const ask = async ({ name, check }: ReadyCheck, log: Logger): Promise<Readiness> => {
  const deadline = Promise.withResolvers<never>();
  const timer = setTimeout(() => deadline.reject(new Error('no answer in time')), deadlineMs);
  try {
    await Promise.race([check(), deadline.promise]);
    return { name, state: 'ready' };
  } catch (error) {
    log.warn({ check: name, error: safeError(error) }, 'not ready');
    return { name, state: 'not-ready' };
  } finally {
    clearTimeout(timer);
  }
};

/** Asks every port at once, and never rejects. Those who ask meanwhile get the same answer. */
export const readiness = (
  checks: readonly ReadyCheck[],
  log: Logger,
  clock: Pick<Clock, 'monotonicMs'>,
): (() => Promise<readonly Readiness[]>) => {
  let asked: Promise<readonly Readiness[]> | undefined;
  let answeredAtMs = Number.POSITIVE_INFINITY;
  return () => {
    if (asked !== undefined && clock.monotonicMs() - answeredAtMs < keptMs) return asked;
    answeredAtMs = Number.POSITIVE_INFINITY;
    asked = Promise.all(checks.map((check) => ask(check, log))).finally(() => {
      answeredAtMs = clock.monotonicMs();
    });
    return asked;
  };
};

export const readinessSource = (ready: () => Promise<readonly Readiness[]>): MetricSource => ({
  name: 'readiness',
  gauges: ['chartseal_ready'],
  sample: async () =>
    (await ready()).map(({ name, state }) => ({
      gauge: 'chartseal_ready',
      labels: { check: name },
      value: state === 'ready' ? 1 : 0,
    })),
});

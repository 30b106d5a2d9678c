import type { Leases } from '@chartseal/ports';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { startLoop } from './run-loop.ts';

export type Election = {
  /** What one process of the gateway does at a time. */
  readonly task: string;
  /** Which process this is: unlike all others, and unlike itself before a restart. */
  readonly holder: string;
  readonly leases: Leases;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, 'count' | 'set'>;
  /** Starts the work; it is disposed of when another process may have it. */
  readonly work: () => AsyncDisposable;
  readonly ttlMs?: number;
  readonly renewMs?: number;
};

/**
 * Does the work while this process holds the lease on it: within `ttlMs` + `renewMs` after its holder died another takes over, at once after
 * one that stopped in order. A process that could not renew in time stops by itself; one that was paused meanwhile stops when it wakes up, and
 * what it does until then is fenced by who gives out epochs.
 */
export const startElected = (election: Election): AsyncDisposable => {
  const { task, holder, leases, clock, log, metrics, work, ttlMs = 5000, renewMs = 1000 } = election;
  metrics.set('chartseal_task_leader', { task }, 0);
  let running: AsyncDisposable | undefined;
  let heldUntilMs = Number.NEGATIVE_INFINITY;

  const stop = async (reason: 'elsewhere' | 'not-renewed' | 'closing'): Promise<void> => {
    const stopping = running;
    running = undefined;
    if (stopping === undefined) return;
    metrics.set('chartseal_task_leader', { task }, 0);
    log.info({ task, reason }, 'stands by');
    await stopping[Symbol.asyncDispose]();
  };

  const step = async (): Promise<void> => {
    const askedMs = clock.monotonicMs();
    try {
      const answer = await leases.hold(task, holder, ttlMs);
      if (answer === 'elsewhere') return await stop('elsewhere');
      heldUntilMs = askedMs + ttlMs;
    } catch (error) {
      if (clock.monotonicMs() >= heldUntilMs) await stop('not-renewed');
      throw error;
    }
    if (running !== undefined) return;
    metrics.set('chartseal_task_leader', { task }, 1);
    log.info({ task }, 'leads');
    running = work();
  };

  const loop = startLoop({ name: `lead ${task}`, intervalMs: renewMs, longestBackoffMs: renewMs, step }, election);
  return {
    [Symbol.asyncDispose]: async () => {
      await loop[Symbol.asyncDispose]();
      await stop('closing');
      // Should the store be away, its time will end by itself.
      await leases.release(task, holder).catch(() => undefined);
    },
  };
};

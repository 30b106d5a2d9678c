import type { Logger } from 'pino';
import { safeError } from '../errors/safe-error.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { backoffMs } from './backoff.ts';
import { pause } from './pause.ts';

export type Loop = {
  readonly name: string;
  /** Between the end of one step and the start of the next. */
  readonly intervalMs: number;
  /** After failures; 30 s unless told. */
  readonly longestBackoffMs?: number;
  /** Answers `again` to be called at once, because there is more to do. */
  step(signal: AbortSignal): Promise<'again' | void>;
};

/** Whom it tells of steps that failed. */
export type LoopReport = { readonly log: Logger; readonly metrics: Pick<Metrics, 'count'> };

const LONGEST_BACKOFF_MS = 30_000;

/**
 * Runs a step over and over until the signal aborts, and resolves when the step in flight has ended. A step that fails is
 * logged and tried again, later each time; it never ends the loop or the process.
 */
export const runLoop = async (loop: Loop, signal: AbortSignal, { log, metrics }: LoopReport): Promise<void> => {
  let failures = 0;
  while (!signal.aborted) {
    try {
      const outcome = await loop.step(signal);
      failures = 0;
      // A breath even when there is more to do: a step that never waits must not starve the process.
      await (outcome === 'again' ? new Promise((resolve) => setImmediate(resolve)) : pause(loop.intervalMs, signal));
    } catch (error) {
      if (signal.aborted) return;
      failures += 1;
      metrics.count('chartseal_background_failures_total', { loop: loop.name });
      log.error({ loop: loop.name, failures, error: safeError(error) }, 'background step failed');
      const firstMs = Math.max(loop.intervalMs, 100);
      const mostMs = Math.max(firstMs, loop.longestBackoffMs ?? LONGEST_BACKOFF_MS);
      await pause(backoffMs(failures, { firstMs, mostMs }), signal);
    }
  }
};

/** A loop that runs until it is disposed of: `stack.use(startLoop(…))`. */
export const startLoop = (loop: Loop, report: LoopReport): AsyncDisposable => {
  const controller = new AbortController();
  const ended = runLoop(loop, controller.signal, report);
  return {
    [Symbol.asyncDispose]: async () => {
      controller.abort();
      await ended;
    },
  };
};

import type { Clock } from '@chartseal/server';

export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

/** Lets no more than so many through in a second, evenly. */
export const pace = (
  perSecond: number,
  { clock, sleep }: { readonly clock: Pick<Clock, 'monotonicMs'>; readonly sleep: Sleep },
): ((signal: AbortSignal) => Promise<void>) => {
  let freeAtMs = Number.NEGATIVE_INFINITY;
  return async (signal) => {
    const nowMs = clock.monotonicMs();
    const turnMs = Math.max(nowMs, freeAtMs);
    freeAtMs = turnMs + 1000 / perSecond;
    if (turnMs > nowMs) await sleep(turnMs - nowMs, signal);
  };
};

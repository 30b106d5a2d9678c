import type { Sleep } from './pace.ts';
import { isUpstreamError } from './upstream-error.ts';

const attempts = 6;
const firstMs = 500;
const mostMs = 30_000;
/** Whoever asks for more is asked again after this. */
const longestWaitMs = 600_000;

export type Retrying = { readonly sleep: Sleep; /** From 0 up to 1. */ readonly random: () => number };

/**
 * Asks again what may succeed later: after as long as the upstream wishes (`Retry-After`), else later each time, with jitter, so that those who were
 * turned away together do not come back together.
 * @throws UpstreamError the last one
 */
export const retrying = async <T>(
  attempt: () => Promise<T>,
  { sleep, random }: Retrying,
  signal: AbortSignal,
): Promise<T> => {
  for (let failures = 1; ; failures += 1) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (!isUpstreamError(error, 'away', 'throttled') || failures === attempts) throw error;
      const backoffMs = Math.min(mostMs, firstMs * 2 ** (failures - 1)) * (0.5 + random() / 2);
      await sleep(Math.min(longestWaitMs, error.retryAfterMs ?? backoffMs), signal);
    }
  }
};

/** How many requests one client may make (RFC 6585 §4). It counts requests and nothing of their answers, so that it tells nothing of what is withheld. */
import { ChartsealError } from '@chartseal/ports';
import { BurstyRateLimiter, RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';

export type RateLimitOptions = {
  /** Requests a second; 0: without a limit. */
  readonly perSecond: number;
};

export type RateLimit = {
  /** Counts one request. @throws ChartsealError `rate-limited`, with when to come again */
  take(key: string): Promise<void>;
};

/** A client that was silent may catch up on so many seconds at once. */
const burstSeconds = 10;

const unlimited: RateLimit = { take: async () => {} };

/**
 * In this process: with several behind a proxy each has its own count, and none depends on an engine that could be away. Keys that are
 * not asked for any more are forgotten.
 */
export const createRateLimit = ({ perSecond }: RateLimitOptions): RateLimit => {
  if (perSecond === 0) return unlimited;
  const limiter = new BurstyRateLimiter(
    new RateLimiterMemory({ points: perSecond, duration: 1 }),
    new RateLimiterMemory({ keyPrefix: 'burst', points: perSecond, duration: burstSeconds }),
  );
  return {
    take: async (key) => {
      try {
        await limiter.consume(key);
      } catch (error) {
        if (!(error instanceof RateLimiterRes)) throw error;
        const retryAfterSeconds = Math.max(1, Math.ceil(error.msBeforeNext / 1000));
        throw new ChartsealError('rate-limited', 'too many requests', { retryAfterSeconds });
      }
    },
  };
};

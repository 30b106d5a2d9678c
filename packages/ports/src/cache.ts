export type CacheStats = {
  /** Answers that were there. */
  readonly hits: number;
  readonly misses: number;
  /** Questions and orders that the engine did not answer, or answered with what nobody of this gateway had put there. */
  readonly errors: number;
};

/** No call takes longer, whatever the engine does; in milliseconds. */
export const cacheBoundMs = 50;

/** Larger values are not kept; in bytes. */
export const largestCachedValue = 1024 * 1024;

/**
 * What may be forgotten at any time. Where it lies with somebody else, that one may be curious or hostile.
 *
 * Laws:
 * 1. An answer is exactly what a holder of this gateway's secret set under that very key, or nothing.
 * 2. It may be an older value that was set under that key: **only what never changes may be cached**, and nothing that decides.
 * 3. It may forget anything at any time, and forgets each value within its time to live.
 * 4. It never rejects, and holds no caller longer than `cacheBoundMs`: an engine that is away, hangs or talks nonsense is a miss.
 * 5. Whoever runs the engine learns neither keys nor values, only how many there are, how large and how often used.
 * 6. Values are copies: who changes his bytes afterwards changes nothing here.
 */
export interface Cache {
  get(key: string): Promise<Uint8Array | undefined>;
  /** `ttlMs`: positive, whole. A value above `largestCachedValue` is let go. */
  set(key: string, value: Uint8Array, ttlMs: number): Promise<void>;
  /** Counted since it was opened. */
  stats(): CacheStats;
}

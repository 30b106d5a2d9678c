/** Time as it is injected everywhere. Wall time dates things; monotonic time measures how long something took or how old it is. */
export type Clock = {
  /** Milliseconds since 1970, UTC. May jump. */
  wallMs(): number;
  /** Milliseconds since an arbitrary start. Never goes back. */
  monotonicMs(): number;
};

export const systemClock: Clock = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };

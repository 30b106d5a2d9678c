const pauseMs = 1000;

/** Spares callers an engine that lately did not answer: after a failure nobody asks for a second, then one does. */
export class Circuit {
  readonly #now: () => number;
  #failedUntilMs: number | undefined;

  /** `now`: monotonic, in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Whether this caller may ask. */
  allows(): boolean {
    if (this.#failedUntilMs === undefined) return true;
    if (this.#now() < this.#failedUntilMs) return false;
    // This one tries; until it has its answer the others go on without.
    this.failed();
    return true;
  }

  answered(): void {
    this.#failedUntilMs = undefined;
  }

  failed(): void {
    this.#failedUntilMs = this.#now() + pauseMs;
  }
}

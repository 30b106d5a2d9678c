import type { ContractEvent, EventPosition, Ledger } from '@chartseal/ports';
import type { Logger } from 'pino';
import { safeError } from '../errors/safe-error.ts';
import { backoffMs } from '../lifecycle/backoff.ts';
import { pause } from '../lifecycle/pause.ts';

export type FeedOptions = {
  readonly ledger: Pick<Ledger, 'events'>;
  readonly log: Logger;
  /** Takes one event in. If it rejects, the same event comes again. */
  readonly take: (event: ContractEvent) => Promise<void>;
  /** Runs before each opening: what must be known before events mean anything. */
  readonly prepare: () => Promise<void>;
};

const BACKOFF = { firstMs: 100, mostMs: 5000 };

/** The ledger's events, each taken in once and in order. An iterator that fails or ends is opened again from the last one. */
export class EventFeed {
  readonly #options: FeedOptions;
  readonly #closed = new AbortController();
  #position: EventPosition | undefined;
  #running: Promise<void> | undefined;

  constructor(options: FeedOptions) {
    this.#options = options;
  }

  start(): void {
    this.#running ??= this.#supervise();
  }

  async close(): Promise<void> {
    this.#closed.abort();
    await this.#running;
  }

  async #supervise(): Promise<void> {
    const { log } = this.#options;
    const { signal } = this.#closed;
    let failures = 0;
    while (!signal.aborted) {
      const before = this.#position;
      try {
        await this.#follow(signal);
      } catch (error) {
        if (!signal.aborted) log.warn({ error: safeError(error) }, 'ledger events interrupted');
      }
      failures = this.#position === before ? failures + 1 : 1;
      await pause(backoffMs(failures, BACKOFF), signal);
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { ledger, take, prepare } = this.#options;
    await prepare();
    const iterator = ledger.events(this.#position, signal)[Symbol.asyncIterator]();
    const aborted = Promise.withResolvers<{ done: true; value: undefined }>();
    const onAbort = (): void => aborted.resolve({ done: true, value: undefined });
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      // An iterator that hangs and does not heed the signal must not hold the feed.
      for (;;) {
        const next = await Promise.race([iterator.next(), aborted.promise]);
        if (next.done === true || signal.aborted) return;
        await take(next.value);
        const { blockNumber, transactionId } = next.value;
        this.#position = { blockNumber, transactionId };
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
      iterator.return?.().catch(() => {});
    }
  }
}

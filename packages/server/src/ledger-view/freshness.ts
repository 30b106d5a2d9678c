import { ChartsealError, type Ledger } from '@chartseal/ports';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { safeError } from '../errors/safe-error.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { LedgerView } from './ledger-view.ts';

export type FreshnessOptions = {
  readonly view: Pick<LedgerView<unknown>, 'height' | 'reached' | 'catchUp'>;
  readonly ledger: Pick<Ledger, 'submit'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Pick<Metrics, 'count'>;
  /** CONSENT_MAX_STALENESS_MS */
  readonly maxStalenessMs?: number;
  /** How long a request waits for a heartbeat before it is 503. */
  readonly deadlineMs?: number;
};

type OwnCommit = { readonly submittedAtMs: number; readonly blockNumber: number };

const MOST_PENDING = 1000;
/** How long a heartbeat's event may take before the view is read anew without it. */
const EVENT_GRACE_MS = 50;

/**
 * How old the view of the ledger is (consent-semantics C11): the time since this gateway submitted its newest own
 * transaction that it saw committed, once the view has taken in all blocks below that transaction's. Heights alone prove
 * nothing: a peer that is cut off from its orderers looks current for ever. A transaction of ours, though, is in a block
 * only after we submitted it, so whatever was committed before we did lies below its block.
 */
export class Freshness {
  readonly #options: FreshnessOptions;
  readonly #maxStalenessMs: number;
  readonly #deadlineMs: number;
  #confirmedMs = Number.NEGATIVE_INFINITY;
  #pending: OwnCommit[] = [];
  #heartbeat: Promise<void> | undefined;

  constructor(options: FreshnessOptions) {
    this.#options = options;
    this.#maxStalenessMs = options.maxStalenessMs ?? 2000;
    this.#deadlineMs = options.deadlineMs ?? 5000;
  }

  /** An own transaction was seen committed: anchors and directives count as heartbeats do. Time is taken *before* submitting. */
  observeOwnCommit(submittedAtMonotonicMs: number, blockNumber: number): void {
    if (submittedAtMonotonicMs <= this.#confirmedMs) return;
    this.#pending.push({ submittedAtMs: submittedAtMonotonicMs, blockNumber });
    if (this.#pending.length > MOST_PENDING) this.#pending = this.#pending.slice(-MOST_PENDING);
    this.#confirm();
  }

  /** Milliseconds; infinite before the first own commit. */
  ageMs(): number {
    this.#confirm();
    return this.#options.clock.monotonicMs() - this.#confirmedMs;
  }

  /**
   * Resolves when the view holds all that was committed up to `maxStalenessMs` before the call. If it does not yet, one
   * heartbeat is submitted for all that wait. Rejects with `ledger-stale` if none commits in time: never a permit.
   */
  async ensureFresh(maxStalenessMs: number = this.#maxStalenessMs): Promise<void> {
    const { clock } = this.#options;
    const arrivedMs = clock.monotonicMs();
    const isFresh = (): boolean => arrivedMs - this.#confirmedMs <= maxStalenessMs;
    this.#confirm();
    if (isFresh()) return;
    const deadline = AbortSignal.timeout(this.#deadlineMs);
    // One that was under way may have been submitted too long before this call; the next one was not.
    for (let attempt = 0; attempt < 2 && !isFresh(); attempt += 1) {
      await before(deadline, this.#sharedHeartbeat());
      this.#confirm();
    }
    if (!isFresh()) throw stale();
  }

  #sharedHeartbeat(): Promise<void> {
    this.#heartbeat ??= this.#beat().finally(() => {
      this.#heartbeat = undefined;
    });
    return this.#heartbeat;
  }

  async #beat(): Promise<void> {
    const { ledger, view, clock, log, metrics } = this.#options;
    const deadline = AbortSignal.timeout(this.#deadlineMs);
    const submittedAtMs = clock.monotonicMs();
    try {
      const call = { contract: 'anchor', transaction: 'Heartbeat', args: [] } as const;
      // Also one that commits after the deadline says how fresh the view is then.
      const submitted = ledger.submit(call).then((committed) => {
        this.observeOwnCommit(submittedAtMs, committed.blockNumber);
        return committed;
      });
      const committed = await before(deadline, submitted);
      if (view.height < committed.blockNumber) {
        const grace = AbortSignal.timeout(EVENT_GRACE_MS);
        await view.reached(committed, grace).catch(() => before(deadline, view.catchUp(committed.blockNumber)));
      }
      metrics.count('chartseal_ledger_heartbeats_total', { outcome: 'committed' });
    } catch (error) {
      metrics.count('chartseal_ledger_heartbeats_total', { outcome: 'failed' });
      log.warn({ error: safeError(error) }, 'no heartbeat committed in time');
      throw stale(error);
    }
  }

  #confirm(): void {
    const { height } = this.#options.view;
    for (const { submittedAtMs, blockNumber } of this.#pending) {
      if (blockNumber <= height) this.#confirmedMs = Math.max(this.#confirmedMs, submittedAtMs);
    }
    this.#pending = this.#pending.filter((commit) => commit.submittedAtMs > this.#confirmedMs);
  }
}

const stale = (cause?: unknown): ChartsealError =>
  new ChartsealError(
    'ledger-stale',
    'the view of the ledger is too old to decide by',
    { retryAfterSeconds: 1 },
    { cause },
  );

/** What was promised, or `ledger-stale` at the deadline. */
const before = async <T>(deadline: AbortSignal, promise: Promise<T>): Promise<T> => {
  if (deadline.aborted) {
    promise.catch(() => {});
    throw stale();
  }
  const late = Promise.withResolvers<never>();
  const onAbort = (): void => late.reject(stale());
  deadline.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    deadline.removeEventListener('abort', onAbort);
  }
};

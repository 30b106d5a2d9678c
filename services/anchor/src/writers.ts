import { isKind, type LogName, type LogStore, type WriterLease } from '@chartseal/ports';
import type { Clock, Metrics } from '@chartseal/server';
import { baseOnLedger, requireContinuation } from './continuation.ts';
import type { AnchorDependencies } from './dependencies.ts';

/** How long a process whose lease was taken leaves the log to the one that took it, unless events come to it. */
const standbyMs = 10_000;

type WriterOptions = {
  readonly logs: Pick<LogStore, 'lease'>;
  readonly clock: Pick<Clock, 'monotonicMs'>;
  readonly metrics: Pick<Metrics, 'count' | 'set'>;
  /** Rejects what would be written, or signed, while this store is not the one that goes on from what the ledger holds. Asked before each write. */
  readonly standing: AnchorDependencies['standing'];
  /** Rejects where this store must not be written on: what it holds is not what was anchored. Asked before each lease. */
  readonly mayLead: (log: LogName) => Promise<void>;
};

/**
 * The right to write each log, taken when there is first something to write and given up when another process has taken over. The member of
 * the consumer group that gets the events takes it back at once; checkpoints and anchors wait, so that two processes do not take it
 * from each other all the time.
 */
export class Writers {
  readonly #options: WriterOptions;
  readonly #leases = new Map<LogName, Promise<WriterLease>>();
  readonly #fencedAt = new Map<LogName, number>();

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** Runs work under the lease; forgets it when the store says that it is not the newest. @throws ChartsealError `behind-ledger` */
  async write<T>(log: LogName, work: (lease: WriterLease) => Promise<T>): Promise<T> {
    this.#options.standing.require();
    const taken = this.#take(log);
    try {
      return await work(await taken);
    } catch (error) {
      if (isKind(error, 'fenced') && this.#leases.get(log) === taken) {
        this.#leases.delete(log);
        this.#fencedAt.set(log, this.#options.clock.monotonicMs());
        this.#options.metrics.count('chartseal_log_fenced_total', { log });
        this.#options.metrics.set('chartseal_log_writer_epoch', { log }, 0);
      }
      throw error;
    }
  }

  /** Whether what every process does by the clock is for this one to do. */
  leads(log: LogName): boolean {
    const fencedAt = this.#fencedAt.get(log);
    return fencedAt === undefined || this.#options.clock.monotonicMs() - fencedAt > standbyMs;
  }

  /** One lease for all that ask at the same time: of two, the first would be fenced by the second. */
  #take(log: LogName): Promise<WriterLease> {
    const known = this.#leases.get(log);
    if (known !== undefined) return known;
    const taken = this.#lease(log);
    this.#leases.set(log, taken);
    taken.catch(() => {
      if (this.#leases.get(log) === taken) this.#leases.delete(log);
    });
    return taken;
  }

  async #lease(log: LogName): Promise<WriterLease> {
    await this.#options.mayLead(log);
    const lease = await this.#options.logs.lease(log);
    this.#fencedAt.delete(log);
    this.#options.metrics.set('chartseal_log_writer_epoch', { log }, lease.epoch);
    return lease;
  }
}

/** Those of a gateway whose store must continue what the ledger holds. */
export const writersOf = (
  dependencies: Pick<AnchorDependencies, 'logs' | 'clock' | 'ledger' | 'identities' | 'metrics' | 'standing'>,
): Writers =>
  new Writers({
    ...dependencies,
    mayLead: async (log) => requireContinuation(dependencies, log, await baseOnLedger(dependencies, log)),
  });

import { isKind, type LogName, type LogStore, type WriterLease } from '@chartseal/ports';

/**
 * The right to write each log, taken when there is first something to write and given up when another process has taken over. Only the
 * member of the consumer group that gets the events takes it, so two processes do not take it from each other.
 */
export class Writers {
  readonly #logs: LogStore;
  readonly #leases = new Map<LogName, WriterLease>();

  constructor(logs: LogStore) {
    this.#logs = logs;
  }

  async take(log: LogName): Promise<WriterLease> {
    const lease = this.#leases.get(log) ?? (await this.#logs.lease(log));
    this.#leases.set(log, lease);
    return lease;
  }

  /** Runs work under the lease; forgets it when the store says that it is not the newest. */
  async write<T>(log: LogName, work: (lease: WriterLease) => Promise<T>): Promise<T> {
    try {
      return await work(await this.take(log));
    } catch (error) {
      if (isKind(error, 'fenced')) this.#leases.delete(log);
      throw error;
    }
  }

  holds(log: LogName): boolean {
    return this.#leases.has(log);
  }
}

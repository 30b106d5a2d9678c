import type { DirectoryEntry, NetworkPolicy } from '@chartseal/contracts';
import { ChartsealError, type ContractEvent, type EventPosition, type Ledger } from '@chartseal/ports';
import type { Logger } from 'pino';
import { ConsentCache } from './consent-cache.ts';
import { type DirectorySnapshot, readDirectory } from './directory.ts';
import { EventFeed } from './event-feed.ts';

export type LedgerViewOptions<Consent> = {
  readonly ledger: Pick<Ledger, 'events' | 'evaluate' | 'height'>;
  readonly log: Logger;
  /** Reads what `consent:Get` returns. */
  readonly parseConsent: (json: string) => Consent;
};

/** The patient handle that a `ConsentChanged` is about. */
const handleOf = (payload: string): string | undefined => {
  try {
    const value: unknown = JSON.parse(payload);
    if (typeof value !== 'object' || value === null || !('patient' in value)) return undefined;
    return typeof value.patient === 'string' ? value.patient : undefined;
  } catch {
    return undefined;
  }
};

/**
 * What this gateway knows of the ledger: directory and network policy, and the consent state of the handles that were asked
 * for. Events say what changed, in ledger order; an event counts only after what it changed was read anew. How old that is, `Freshness` tells.
 */
export class LedgerView<Consent> implements AsyncDisposable {
  readonly #ledger: LedgerViewOptions<Consent>['ledger'];
  readonly #consents: ConsentCache<Consent>;
  readonly #feed: EventFeed;
  readonly #waiting = new Set<{ position: EventPosition; resolve: () => void }>();
  #directory: DirectorySnapshot | undefined;
  #directoryReads = 0;
  #directoryRead = 0;
  /** Transactions taken in of the block at `height`. */
  readonly #taken = new Set<string>();
  #height = 0;
  #directoryChangedAt = 0;

  constructor({ ledger, log, parseConsent }: LedgerViewOptions<Consent>) {
    this.#ledger = ledger;
    this.#consents = new ConsentCache(ledger, parseConsent);
    const take = (event: ContractEvent): Promise<void> => this.#take(event);
    this.#feed = new EventFeed({ ledger, log, take, prepare: () => this.#prepare() });
  }

  /** Begins to follow the ledger, and goes on until it is disposed of, whatever fails. */
  start(): this {
    this.#feed.start();
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#feed.close();
  }

  /** How many blocks are wholly taken in. Never goes back. */
  get height(): number {
    return this.#height;
  }

  /** The block of the directory's last change that the view has taken in. */
  get directoryChangedAt(): number {
    return this.#directoryChangedAt;
  }

  /** The block of that patient's last change that the view has taken in. */
  changedAt(handle: string): number {
    return this.#consents.changedAt(handle);
  }

  /** A member, suspended ones too. Undefined for a stranger, and while nothing is known yet: doubt is no. */
  organization(id: string): DirectoryEntry | undefined {
    return this.#directory?.entries.get(id);
  }

  organizations(): readonly DirectoryEntry[] {
    return [...(this.#directory?.entries.values() ?? [])];
  }

  /** The organization's parents, nearest first. */
  parentsOf(id: string): readonly string[] {
    const parents: string[] = [];
    for (let at = this.organization(id)?.parent; at !== undefined && at !== null && !parents.includes(at);) {
      parents.push(at);
      at = this.organization(at)?.parent;
    }
    return parents;
  }

  /** @throws ChartsealError `ledger-stale` while the directory is not known yet. */
  policy(): NetworkPolicy {
    if (this.#directory === undefined) throw new ChartsealError('ledger-stale', 'the directory is not known yet');
    return this.#directory.network.policy;
  }

  /** The consent state of a handle; undefined if the ledger has no such handle. Rejects as `Ledger.evaluate` does. */
  consent(handle: string): Promise<Consent | undefined> {
    return this.#consents.get(handle);
  }

  /** Resolves once the view has taken in that transaction and all before it; rejects with the signal's reason. */
  async reached(position: EventPosition, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#holds(position)) return;
    const arrival = Promise.withResolvers<void>();
    const waiter = { position, resolve: arrival.resolve };
    const onAbort = (): void => arrival.reject(signal?.reason);
    this.#waiting.add(waiter);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      await arrival.promise;
    } finally {
      this.#waiting.delete(waiter);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /**
   * Makes the view hold a block of an own transaction whose event did not come, be it that it sets none or that the feed
   * lags: reads the directory anew and forgets every consent, since what is evaluated after an own commit includes it
   * (Ledger law 2).
   */
  async catchUp(blockNumber: number): Promise<void> {
    if (this.#height > blockNumber) return;
    this.#consents.allChanged(blockNumber);
    await this.#readDirectory(blockNumber);
    this.#reach(blockNumber + 1);
  }

  /** Rejects with `ledger-unavailable` while nothing is known: the readiness check. */
  async ready(): Promise<void> {
    if (this.#directory === undefined) throw new ChartsealError('ledger-unavailable', 'the ledger was not read yet');
  }

  /** Blocks below a height that was asked for before the directory was read need not be gone through. */
  async #prepare(): Promise<void> {
    if (this.#directory !== undefined) return;
    const height = await this.#ledger.height();
    await this.#readDirectory(Math.max(0, height - 1));
    this.#consents.allChanged(Math.max(0, height - 1));
    this.#reach(height);
  }

  async #take({ blockNumber, transactionId, contract, payload }: ContractEvent): Promise<void> {
    if (blockNumber < this.#height) return;
    if (contract === 'consent') {
      const handle = handleOf(payload);
      // An event that cannot be read says at least that something changed.
      if (handle === undefined) this.#consents.allChanged(blockNumber);
      else this.#consents.changed(handle, blockNumber);
    }
    if (contract === 'directory') await this.#readDirectory(blockNumber);
    // More events of this block may follow: it is not wholly in, but all before it are.
    this.#reach(blockNumber);
    this.#taken.add(transactionId);
    this.#wake();
  }

  /** Two reads may overlap: the one that began later counts. */
  async #readDirectory(changedAt: number): Promise<void> {
    const read = (this.#directoryReads += 1);
    const directory = await readDirectory(this.#ledger);
    if (read < this.#directoryRead) return;
    this.#directoryRead = read;
    this.#directory = directory;
    this.#directoryChangedAt = Math.max(this.#directoryChangedAt, changedAt);
  }

  #holds({ blockNumber, transactionId }: EventPosition): boolean {
    return this.#height > blockNumber || (this.#height === blockNumber && this.#taken.has(transactionId));
  }

  #reach(height: number): void {
    if (height > this.#height) {
      this.#height = height;
      this.#taken.clear();
    }
    this.#wake();
  }

  #wake(): void {
    for (const waiter of this.#waiting) if (this.#holds(waiter.position)) waiter.resolve();
  }
}

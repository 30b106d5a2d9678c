import { type Ledger, isKind } from '@chartseal/ports';

/** How many handles are kept; what is dropped is read again. */
export type CacheLimits = { readonly states: number; readonly changes: number };

/** The contract's refusals that mean that there is no such handle, nor could be. */
const NO_SUCH_HANDLE: ReadonlySet<string | undefined> = new Set(['not-found', 'malformed']);

/**
 * What the consent contract holds for each patient handle, read when first asked for and forgotten when an event says that
 * it changed. Holds ledger state, never a decision (consent-semantics C12).
 */
export class ConsentCache<State> {
  readonly #ledger: Pick<Ledger, 'evaluate'>;
  readonly #parse: (json: string) => State;
  readonly #limits: CacheLimits;
  readonly #states = new Map<string, Promise<State | undefined>>();
  /** Block of the last change of a handle, oldest first. */
  readonly #changes = new Map<string, number>();
  #floor = 0;

  constructor(
    ledger: Pick<Ledger, 'evaluate'>,
    parse: (json: string) => State,
    limits: CacheLimits = { states: 10_000, changes: 100_000 },
  ) {
    this.#ledger = ledger;
    this.#parse = parse;
    this.#limits = limits;
  }

  /** Undefined for a handle that the ledger does not have. Rejects as `Ledger.evaluate` does. */
  async get(handle: string): Promise<State | undefined> {
    for (;;) {
      const read = this.#states.get(handle) ?? this.#read(handle);
      const state = await read.catch((error: unknown) => {
        if (this.#states.get(handle) === read) this.#states.delete(handle);
        throw error;
      });
      // Forgotten while it was being read: what was read may be from before the change.
      if (this.#states.get(handle) === read) return state;
    }
  }

  /** The handle's state changed in that block. */
  changed(handle: string, blockNumber: number): void {
    this.#states.delete(handle);
    this.#changes.delete(handle);
    this.#changes.set(handle, blockNumber);
    if (this.#changes.size <= this.#limits.changes) return;
    for (const [oldest, at] of this.#changes) {
      this.#changes.delete(oldest);
      this.#floor = Math.max(this.#floor, at);
      return;
    }
  }

  /** Any handle's state may have changed in that block. */
  allChanged(blockNumber: number): void {
    this.#states.clear();
    this.#changes.clear();
    this.#floor = blockNumber;
  }

  /** The block of the handle's last change as far as known; never lower than it was. */
  changedAt(handle: string): number {
    return this.#changes.get(handle) ?? this.#floor;
  }

  #read(handle: string): Promise<State | undefined> {
    const read = this.#evaluate(handle);
    this.#states.set(handle, read);
    if (this.#states.size > this.#limits.states) {
      const [oldest] = this.#states.keys();
      if (oldest !== undefined && oldest !== handle) this.#states.delete(oldest);
    }
    return read;
  }

  async #evaluate(handle: string): Promise<State | undefined> {
    try {
      return this.#parse(await this.#ledger.evaluate({ contract: 'consent', transaction: 'Get', args: [handle] }));
    } catch (error) {
      if (isKind(error, 'ledger-refused') && NO_SUCH_HANDLE.has(error.detail.code)) return undefined;
      throw error;
    }
  }
}

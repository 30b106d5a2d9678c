import type { Write } from './block.ts';

/** What a transaction reads. Keys are ASCII, so that JavaScript orders them as LevelDB does on a peer. */
export interface StateReader {
  get(key: string): string | undefined;
  /** Keys from `start` on, before `end`, ascending; an empty bound is open. */
  keys(start: string, end: string): readonly string[];
}

/** The state as of the last durable block. */
export class WorldState implements StateReader {
  readonly #values = new Map<string, string>();
  /** Made on first use: replaying a file adds many keys and reads no ranges. */
  #sorted: string[] | undefined;

  get(key: string): string | undefined {
    return this.#values.get(key);
  }

  keys(start: string, end: string): readonly string[] {
    const sorted = (this.#sorted ??= [...this.#values.keys()].sort());
    return sorted.slice(indexIn(sorted, start), end === '' ? undefined : indexIn(sorted, end));
  }

  apply(writes: readonly Write[]): void {
    for (const { key, value } of writes) {
      if (value === null) this.#delete(key);
      else this.#put(key, value);
    }
  }

  #put(key: string, value: string): void {
    if (!this.#values.has(key)) this.#sorted?.splice(indexIn(this.#sorted, key), 0, key);
    this.#values.set(key, value);
  }

  #delete(key: string): void {
    if (this.#values.delete(key)) this.#sorted?.splice(indexIn(this.#sorted, key), 1);
  }
}

/** The durable state and, over it, what the transactions of a block not yet durable wrote. */
export class PendingState implements StateReader {
  readonly #base: StateReader;
  readonly #pending = new Map<string, string | null>();

  constructor(base: StateReader) {
    this.#base = base;
  }

  get(key: string): string | undefined {
    const pending = this.#pending.get(key);
    return pending === undefined ? this.#base.get(key) : (pending ?? undefined);
  }

  keys(start: string, end: string): readonly string[] {
    const fresh = [...this.#pending.keys()].filter((key) => key >= start && (end === '' || key < end));
    if (fresh.length === 0) return this.#base.keys(start, end);
    return [...new Set([...this.#base.keys(start, end), ...fresh])].filter((key) => this.get(key) !== undefined).sort();
  }

  apply(writes: readonly Write[]): void {
    for (const { key, value } of writes) this.#pending.set(key, value);
  }
}

/** Where `key` is, or would be. */
function indexIn(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

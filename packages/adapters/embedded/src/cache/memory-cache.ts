import { type Cache, largestCachedValue } from '@chartseal/ports';

export type MemoryCacheOptions = {
  /** Of values and keys together; the least recently used go first. */
  readonly maxBytes: number;
  /** Monotonic, in milliseconds. */
  readonly now?: () => number;
};

type Entry = { readonly value: Uint8Array; readonly size: number; readonly expiresAtMs: number };

/** What an entry takes beside its bytes, about. */
const overheadBytes = 128;

/** A cache of this process's own, bounded. A Map keeps the order of insertion, so the first entry is the least recently used. */
export const openMemoryCache = ({ maxBytes, now = () => performance.now() }: MemoryCacheOptions): Cache => {
  const entries = new Map<string, Entry>();
  const counted = { hits: 0, misses: 0, errors: 0 };
  let bytes = 0;

  const drop = (key: string): void => {
    bytes -= entries.get(key)?.size ?? 0;
    entries.delete(key);
  };

  return {
    get: async (key) => {
      const entry = entries.get(key);
      if (entry === undefined || entry.expiresAtMs <= now()) {
        drop(key);
        counted.misses += 1;
        return undefined;
      }
      entries.delete(key);
      entries.set(key, entry);
      counted.hits += 1;
      return entry.value.slice();
    },
    set: async (key, value, ttlMs) => {
      drop(key);
      const size = value.length + 2 * key.length + overheadBytes;
      if (value.length > largestCachedValue || size > maxBytes) return;
      // `slice` of a Buffer would share its bytes.
      entries.set(key, { value: new Uint8Array(value), size, expiresAtMs: now() + ttlMs });
      bytes += size;
      for (const oldest of entries.keys()) {
        if (bytes <= maxBytes) return;
        drop(oldest);
      }
    },
    stats: () => ({ ...counted }),
  };
};

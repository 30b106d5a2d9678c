import { type Cache, largestCachedValue } from '@chartseal/ports';
import { Circuit } from './circuit.ts';
import { envelopeOf } from './envelope.ts';
import { Link, type LinkChange } from './link.ts';
import { clientOf, type RedisSettings } from './settings.ts';

export type RedisCache = {
  readonly cache: Cache;
  /**
   * Asks once, as the cache will. Rejects with `misconfigured`, naming the variable, if Redis refuses this gateway or is no Redis; with
   * `store-unavailable` if it is away, which harms nobody.
   */
  ready(): Promise<void>;
  close(): Promise<void>;
};

export type RedisOptions = {
  /** 32 bytes that all processes of this gateway share, and nobody else: `KeyVault.secret('cache')`. */
  readonly secret: Uint8Array;
  /** Called when Redis goes away and when it is back. */
  readonly onChange?: (change: LinkChange) => void;
  /** Monotonic, in milliseconds. */
  readonly now?: () => number;
};

/**
 * A cache that processes share. It connects at once and, while Redis is away, again and again.
 * @throws ChartsealError `misconfigured` for settings that contradict one another or `requireTls`
 */
export const openRedis = (settings: RedisSettings, options: RedisOptions): RedisCache => {
  const { secret, onChange, now = () => performance.now() } = options;
  const client = clientOf(settings);
  const names = `${settings.keyPrefix ?? 'chartseal:'}c1:`;
  const link = new Link(client, new Circuit(now), onChange);
  return {
    cache: cacheOf(link, names, secret),
    ready: () => link.ready(`${names}ready`),
    close: async () => {
      client.disconnect();
    },
  };
};

const cacheOf = (link: Link, prefix: string, secret: Uint8Array): Cache => {
  const envelope = envelopeOf(secret);
  const counted = { hits: 0, misses: 0, errors: 0 };
  const nameOf = (key: string): string => `${prefix}${envelope.nameOf(key)}`;

  return {
    get: async (key) => {
      const answer = await link.ask((client) => client.getBuffer(nameOf(key)));
      if (answer?.value === null) {
        counted.misses += 1;
        return undefined;
      }
      const value = openAnswer(key, answer?.value);
      if (value === undefined) counted.errors += 1;
      else counted.hits += 1;
      return value;
    },
    set: async (key, value, ttlMs) => {
      if (value.length > largestCachedValue) return;
      const sealed = envelope.seal(key, value);
      const answer = await link.ask((client) => client.set(nameOf(key), sealed, 'PX', ttlMs));
      if (answer === undefined) counted.errors += 1;
    },
    stats: () => ({ ...counted }),
  };

  /** What the engine says is anybody’s word, of any type. */
  function openAnswer(key: string, answer: unknown): Uint8Array | undefined {
    return answer instanceof Uint8Array ? envelope.open(key, answer) : undefined;
  }
};

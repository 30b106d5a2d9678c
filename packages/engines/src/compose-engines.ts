import { findRunningPostgres, openEmbeddedPostgres, openKeyring, openMemoryCache } from '@chartseal/embedded';
import { openKafka } from '@chartseal/kafka';
import { type Cache, ChartsealError, type EventLog, isKind, type KeyVault } from '@chartseal/ports';
import {
  openInspection,
  openPostgres,
  type PostgresSettings,
  type PostgresStores,
  type StoreInspection,
} from '@chartseal/postgres';
import { openRedis } from '@chartseal/redis';
import type { Clock, Logger, Metrics, ReadyCheck } from '@chartseal/server';
import type { EngineConfig } from './engine-config.ts';
import { kafkaSettings, postgresSettings, redisSettings } from './compose-settings.ts';

export type Engines = AsyncDisposable & {
  readonly stores: PostgresStores;
  readonly events: EventLog;
  readonly vault: KeyVault;
  /** For what never changes. It is not asked whether it is ready: nothing needs it. */
  readonly cache: Cache;
  /** The store as `fsck` reads it. */
  readonly inspection: () => Promise<StoreInspection>;
  /** One check for each engine that can be away. */
  readonly ready: readonly ReadyCheck[];
};

export type EngineOptions = {
  /** Which service asks: engines tell their clients apart by it. */
  readonly clientId: string;
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** `join` leaves a store that somebody else runs to that one; an operator's command does so beside a gateway. */
  readonly embedded?: 'own' | 'join';
};

/**
 * Opens the engines that the configuration names, all but the ledger; closed in reverse order. With each service's `compose.ts` the one place
 * that names adapters.
 * @throws ChartsealError `misconfigured`, `store-unavailable`
 */
export const composeEngines = async (config: EngineConfig, options: EngineOptions): Promise<Engines> => {
  await using opening = new AsyncDisposableStack();
  const settings = await findStore(config, options, opening);
  const stores = await openPostgres(settings, { clock: { now: () => options.clock.wallMs() } });
  opening.defer(() => stores.close());
  const vault = await openVault(config.vault);
  const cache = await openCache(config, vault, options, opening);
  const log = openEventLog(config, stores, options, opening);
  const stack = opening.move();
  return {
    stores,
    events: log.events,
    vault,
    cache,
    inspection: () => openInspection(settings),
    ready: [{ name: 'record store', check: () => stores.outbox.depth() }, ...log.ready],
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
};

const findStore = async (
  { store, tls }: EngineConfig,
  { log, embedded = 'own' }: EngineOptions,
  opening: AsyncDisposableStack,
): Promise<PostgresSettings> => {
  if (store.kind === 'postgres') return postgresSettings(store, tls);
  const running = embedded === 'join' ? await findRunningPostgres(store.directory) : undefined;
  if (running !== undefined) return running;
  const postgres = await openEmbeddedPostgres({
    dataDirectory: store.directory,
    log: (message) => log.info(message),
  });
  opening.defer(() => postgres.close({ stop: true }));
  return postgres.connection;
};

const openVault = async (config: EngineConfig['vault']): Promise<KeyVault> => {
  if (config.kind === 'keyring') return openKeyring(config);
  throw new ChartsealError('misconfigured', 'not yet');
};

const openEventLog = (
  { events, tls }: EngineConfig,
  stores: PostgresStores,
  { clientId, log, metrics }: EngineOptions,
  opening: AsyncDisposableStack,
): { readonly events: EventLog; readonly ready: readonly ReadyCheck[] } => {
  if (events.kind === 'store') return { events: stores.events, ready: [] };
  const kafka = openKafka(kafkaSettings(events, clientId, tls), {
    onRestart: ({ group, reason }) => {
      metrics.count('chartseal_consumer_restarts_total', { group });
      log.warn({ group, reason }, 'a consumer starts again');
    },
  });
  opening.defer(() => kafka.close());
  return { events: kafka.events, ready: [{ name: 'event log', check: () => kafka.ready() }] };
};

const memoryCacheBytes = 32 * 1024 * 1024;

/** @throws ChartsealError `misconfigured` if Redis is there and refuses; one that is away may come back */
const openCache = async (
  { cache, tls }: EngineConfig,
  vault: KeyVault,
  { log, clock }: EngineOptions,
  opening: AsyncDisposableStack,
): Promise<Cache> => {
  if (cache.kind === 'process') return openMemoryCache({ maxBytes: memoryCacheBytes, now: () => clock.monotonicMs() });
  const redis = openRedis(redisSettings(cache, tls), {
    secret: await vault.secret('cache'),
    now: () => clock.monotonicMs(),
    onChange: ({ state, reason }) => log.warn({ state, reason }, 'the cache in Redis'),
  });
  opening.defer(() => redis.close());
  try {
    await redis.ready();
  } catch (error) {
    if (!isKind(error, 'store-unavailable')) throw error;
  }
  return redis.cache;
};

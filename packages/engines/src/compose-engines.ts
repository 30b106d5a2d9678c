import { findRunningPostgres, openEmbeddedPostgres, openKeyring, openMemoryCache } from '@chartseal/embedded';
import type { ValueSets } from '@chartseal/consent';
import { createProfileCheck, createValidator, type Validator } from '@chartseal/fhir';
import { openHsm } from '@chartseal/hsm';
import { openKafka } from '@chartseal/kafka';
import { type Cache, ChartsealError, type EventLog, isKind, type KeyVault } from '@chartseal/ports';
import {
  finishErasures,
  type FinishedErasures,
  openInspection,
  openPostgres,
  type PostgresSettings,
  type PostgresStores,
  type StoreInspection,
} from '@chartseal/postgres';
import { openRedis } from '@chartseal/redis';
import type { Clock, Logger, Metrics, ReadyCheck } from '@chartseal/server';
import type { EngineConfig } from './engine-config.ts';
import { readFhirPackages } from './fhir-packages.ts';
import { keepIndexed } from './keep-indexed.ts';
import { openValueSets } from './label-value-sets.ts';
import { kafkaSettings, postgresSettings, redisSettings } from './compose-settings.ts';

export type Engines = AsyncDisposable & {
  readonly stores: PostgresStores;
  /** Opened when first asked for: most services never speak to it, and must not need it to be ready. */
  readonly eventLog: () => Promise<EventLog>;
  readonly vault: KeyVault;
  /** For what never changes. It is not asked whether it is ready: nothing needs it. */
  readonly cache: Cache;
  /** Tells whether a resource is valid, as the hospital's policy and its packages want it. */
  readonly validate: Validator;
  /** Which codes make a record sensitive. */
  readonly valueSets: ValueSets;
  /** The store as `fsck` reads it. */
  readonly inspection: () => Promise<StoreInspection>;
  /** Clears the store's files of what was erased, as its superuser. */
  readonly finishErasures: () => Promise<FinishedErasures>;
  /** One check for each engine that is open and can be away. */
  readonly ready: () => readonly ReadyCheck[];
};

export type EngineOptions = {
  /** Which service asks: engines tell their clients apart by it. */
  readonly clientId: string;
  readonly log: Logger;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Where this hospital's records are; an operator's command, which leaves their index as it is, has none. */
  readonly fhirBaseUrl?: string;
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
  const { fhirBaseUrl, log: logger } = options;
  const stores = await openPostgres(settings, {
    clock: { now: () => options.clock.wallMs() },
    ...(fhirBaseUrl === undefined ? {} : { fhirBaseUrl }),
  }).catch(toldByVariable);
  opening.defer(() => stores.close());
  if (fhirBaseUrl !== undefined) opening.use(await keepIndexed(stores, logger));
  const vault = await openVault(config.vault, opening);
  const cache = await openCache(config, vault, options, opening);
  const validate = await openValidator(config.validation);
  const valueSets = await openValueSets(config.labelValueSets);
  const stack = opening.move();
  const ready: ReadyCheck[] = [{ name: 'record store', check: () => stores.outbox.depth() }];
  let log: Promise<EventLog> | undefined;
  return {
    stores,
    eventLog: () => (log ??= openEventLog(config, stores, options, { stack, ready })),
    vault,
    cache,
    validate,
    valueSets,
    inspection: () => openInspection(settings),
    finishErasures: () => finishErasures(superuserOf(config, settings), options.clock.wallMs()),
    ready: () => ready,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
};

/** The embedded store's own; of another whoever POSTGRES_URL names. */
const superuserOf = ({ store }: EngineConfig, settings: PostgresSettings): PostgresSettings =>
  store.kind === 'postgres' ? settings : { ...settings, user: 'postgres' };

const openValidator = async ({ policy, packages }: EngineConfig['validation']): Promise<Validator> => {
  if (packages.length === 0) return createValidator({ policy });
  return createValidator({ policy, profiles: createProfileCheck(await readFhirPackages(packages)) });
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

const openVault = async (config: EngineConfig['vault'], opening: AsyncDisposableStack): Promise<KeyVault> => {
  try {
    return config.kind === 'keyring' ? await openKeyring(config) : opening.use(await openHsm(config));
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
    if (cause instanceof ChartsealError || code === undefined) throw cause;
    const variable = config.kind === 'keyring' ? 'KEYRING_FILE' : 'PKCS11_KEYRING_FILE';
    const message = `${variable} names a file that cannot be read or made (${code}): check its path and who may write it`;
    throw new ChartsealError('misconfigured', message, {}, { cause });
  }
};

/** @throws ChartsealError `misconfigured` if Kafka is there and refuses, or keeps a topic in a way that loses events; one that is away may come back */
const openEventLog = async (
  { events, tls }: EngineConfig,
  stores: PostgresStores,
  { clientId, log, metrics }: EngineOptions,
  opened: { readonly stack: AsyncDisposableStack; readonly ready: ReadyCheck[] },
): Promise<EventLog> => {
  if (events.kind === 'store') return stores.events;
  const kafka = openKafka(kafkaSettings(events, clientId, tls), {
    onRestart: ({ group, reason }) => {
      metrics.count('chartseal_consumer_restarts_total', { group });
      log.warn({ group, reason }, 'a consumer starts again');
    },
    onDifference: (difference) => log.warn(difference, 'a topic is kept in another way than asked for'),
  });
  opened.stack.defer(() => kafka.close());
  opened.ready.push({ name: 'event log', check: () => kafka.ready() });
  await unlessAway(kafka.ready());
  return kafka.events;
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
  await unlessAway(redis.ready());
  return redis.cache;
};

/** An operator looks at what was configured first. */
const toldByVariable = (error: unknown): never => {
  if (!isKind(error, 'store-unavailable')) throw error;
  throw new ChartsealError(
    'store-unavailable',
    'POSTGRES_URL: no PostgreSQL can be reached there',
    {},
    { cause: error },
  );
};

/** What is away now may come back; what refuses us will not change its mind. */
const unlessAway = async (ready: Promise<void>): Promise<void> => {
  try {
    await ready;
  } catch (error) {
    if (!isKind(error, 'store-unavailable')) throw error;
  }
};

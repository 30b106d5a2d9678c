import { resolve } from 'node:path';
import type { ValidationPolicy } from '@chartseal/fhir';
import { ChartsealError } from '@chartseal/ports';
import type { EnvValues } from '@chartseal/server';
import { readFileOf, readOptionalFile } from './secret-file.ts';
import type { ENGINE_ENV, FABRIC_ENV } from './variables.ts';

/** Which engine each port gets, and what it takes to reach it. */
export type EngineConfig = {
  /** `required` in production: no engine is spoken to in plaintext or without showing who asks. */
  readonly tls: 'required' | 'optional';
  readonly store: EmbeddedStore | PostgresConfig;
  readonly events: { readonly kind: 'store' } | KafkaConfig;
  readonly cache: { readonly kind: 'process' } | RedisConfig;
  readonly vault: { readonly kind: 'keyring'; readonly path: string } | HsmConfig;
  /** A folder; without it the value sets of the release label. */
  readonly labelValueSets?: string | undefined;
  readonly validation: { readonly policy: ValidationPolicy; readonly packages: readonly string[] };
};

export type EmbeddedStore = { readonly kind: 'embedded'; readonly directory: string };
export type PostgresConfig = { readonly kind: 'postgres'; readonly url: string } & Optional<'password' | 'ca'>;
export type KafkaConfig = {
  readonly kind: 'kafka';
  readonly brokers: readonly string[];
  readonly replicationFactor: number;
  readonly ssl?: Optional<'ca' | 'cert' | 'key'>;
  readonly sasl?: { readonly mechanism: string; readonly username: string; readonly password: string };
} & Optional<'topicPrefix'>;
export type RedisConfig = { readonly kind: 'redis'; readonly url: string } & Optional<'username' | 'password' | 'ca'>;
export type HsmConfig = {
  readonly kind: 'hsm';
  readonly module: string;
  readonly tokenLabel: string;
  readonly pin: string;
  readonly keyringFile: string;
};
export type FabricConfig = {
  readonly endpoint: string;
  readonly hostname: string;
  readonly tlsCa: string;
  readonly mspId: string;
  readonly certificate: string;
  /** Without one the vault signs. */
  readonly privateKey: string | undefined;
  readonly channel: string;
  readonly chaincode: string;
  /** Hex SHA-256 of the genesis block that is meant. */
  readonly network: string | undefined;
};

type Optional<Names extends string> = { readonly [Name in Names]?: string | undefined };
type EngineValues = EnvValues<typeof ENGINE_ENV>;

const missing = (variable: string, why: string): never => {
  throw new ChartsealError('misconfigured', `${variable} is missing: ${why}`);
};

/**
 * From variables to engines. Files are read here, so that a wrong path is told at start.
 * @param embedded where the embedded engines may keep their things; without it PostgreSQL and a vault must be named
 * @throws ChartsealError `misconfigured`
 */
export const readEngineConfig = async (
  values: EngineValues,
  tls: EngineConfig['tls'],
  embedded?: { readonly postgres: string; readonly keyring: string },
): Promise<EngineConfig> => ({
  tls,
  store: await storeOf(values, embedded?.postgres),
  events: await eventsOf(values),
  cache: await cacheOf(values),
  vault: await vaultOf(values, embedded?.keyring),
  labelValueSets: values.LABEL_VALUE_SETS,
  validation: {
    policy: {
      bindings: values.VALIDATION_BINDINGS,
      invariants: values.VALIDATION_INVARIANTS,
      references: values.VALIDATION_REFERENCES,
      profiles: values.VALIDATION_PROFILES,
    },
    packages: values.FHIR_PACKAGES?.split(',') ?? [],
  },
});

const storeOf = async (values: EngineValues, directory: string | undefined): Promise<EngineConfig['store']> => {
  const url = values.POSTGRES_URL;
  if (url === undefined) {
    if (directory !== undefined) return { kind: 'embedded', directory: resolve(directory) };
    return missing('POSTGRES_URL', 'set it to postgresql://user@host:port/database');
  }
  const password = await readOptionalFile('POSTGRES_PASSWORD_FILE', values.POSTGRES_PASSWORD_FILE);
  const ca = await readOptionalFile('POSTGRES_CA_FILE', values.POSTGRES_CA_FILE);
  return { kind: 'postgres', url, password, ca };
};

const eventsOf = async (values: EngineValues): Promise<EngineConfig['events']> => {
  if (values.KAFKA_BROKERS === undefined) return { kind: 'store' };
  const ca = await readOptionalFile('KAFKA_CA_FILE', values.KAFKA_CA_FILE);
  const cert = await readOptionalFile('KAFKA_CERT_FILE', values.KAFKA_CERT_FILE);
  const key = await readOptionalFile('KAFKA_KEY_FILE', values.KAFKA_KEY_FILE);
  const { KAFKA_SASL_MECHANISM: mechanism } = values;
  // A password goes over TLS alone: without a file the system’s authorities count.
  const isTls = [ca, cert, key, mechanism].some((given) => given !== undefined);
  return {
    kind: 'kafka',
    brokers: values.KAFKA_BROKERS.split(','),
    replicationFactor: values.KAFKA_REPLICATION_FACTOR,
    topicPrefix: values.KAFKA_TOPIC_PREFIX,
    ...(isTls ? { ssl: { ca, cert, key } } : {}),
    ...(mechanism === undefined ? {} : { sasl: await saslOf(values, mechanism) }),
  };
};

const saslOf = async (values: EngineValues, mechanism: string): Promise<NonNullable<KafkaConfig['sasl']>> => ({
  mechanism,
  username: values.KAFKA_USERNAME ?? missing('KAFKA_USERNAME', 'KAFKA_SASL_MECHANISM asks for it'),
  password: await readFileOf(
    'KAFKA_PASSWORD_FILE',
    values.KAFKA_PASSWORD_FILE ?? missing('KAFKA_PASSWORD_FILE', 'KAFKA_SASL_MECHANISM asks for it'),
  ),
});

const cacheOf = async (values: EngineValues): Promise<EngineConfig['cache']> => {
  if (values.REDIS_URL === undefined) return { kind: 'process' };
  const password = await readOptionalFile('REDIS_PASSWORD_FILE', values.REDIS_PASSWORD_FILE);
  const ca = await readOptionalFile('REDIS_CA_FILE', values.REDIS_CA_FILE);
  return { kind: 'redis', url: values.REDIS_URL, username: values.REDIS_USERNAME, password, ca };
};

const vaultOf = async (values: EngineValues, embedded: string | undefined): Promise<EngineConfig['vault']> => {
  if (values.PKCS11_MODULE === undefined) {
    const path = values.KEYRING_FILE ?? embedded ?? missing('KEYRING_FILE', 'set it, or PKCS11_MODULE for an HSM');
    return { kind: 'keyring', path: resolve(path) };
  }
  const why = 'PKCS11_MODULE asks for it';
  return {
    kind: 'hsm',
    module: values.PKCS11_MODULE,
    tokenLabel: values.PKCS11_TOKEN_LABEL ?? missing('PKCS11_TOKEN_LABEL', why),
    pin: await readFileOf('PKCS11_PIN_FILE', values.PKCS11_PIN_FILE ?? missing('PKCS11_PIN_FILE', why)),
    keyringFile: resolve(values.PKCS11_KEYRING_FILE ?? missing('PKCS11_KEYRING_FILE', why)),
  };
};

/** Files of certificates, by variable: someone has to renew them in time. */
export const certificateFilesOf = (values: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(values).filter(
      (entry): entry is [string, string] => /_(CA|CERT)_FILE$/.test(entry[0]) && typeof entry[1] === 'string',
    ),
  );

/** @throws ChartsealError `misconfigured` */
export const readFabricConfig = async (values: EnvValues<typeof FABRIC_ENV>): Promise<FabricConfig> => ({
  endpoint: values.FABRIC_PEER_ENDPOINT,
  hostname: values.FABRIC_PEER_HOSTNAME ?? values.FABRIC_PEER_ENDPOINT.replace(/:\d+$/, ''),
  tlsCa: await readFileOf('FABRIC_TLS_CA_FILE', values.FABRIC_TLS_CA_FILE),
  mspId: values.FABRIC_MSP_ID,
  certificate: await readFileOf('FABRIC_CERT_FILE', values.FABRIC_CERT_FILE),
  privateKey: await readOptionalFile('FABRIC_KEY_FILE', values.FABRIC_KEY_FILE),
  channel: values.FABRIC_CHANNEL,
  chaincode: values.FABRIC_CHAINCODE,
  network: values.FABRIC_NETWORK,
});

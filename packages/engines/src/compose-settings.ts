import type { KafkaSettings } from '@chartseal/kafka';
import { settingsFromUrl, type PostgresSettings } from '@chartseal/postgres';
import type { RedisSettings } from '@chartseal/redis';
import type { EngineConfig, KafkaConfig, PostgresConfig, RedisConfig } from './engine-config.ts';

type Tls = EngineConfig['tls'];

export const postgresSettings = ({ url, password, ca }: PostgresConfig, tls: Tls): PostgresSettings =>
  settingsFromUrl({ url, password, ca, requireTls: tls === 'required' });

const defined = <T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as never;

const mechanisms = ['scram-sha-512', 'scram-sha-256', 'plain'] as const;

export const kafkaSettings = (config: KafkaConfig, clientId: string, tls: Tls): KafkaSettings => {
  const { brokers, replicationFactor, topicPrefix, ssl, sasl } = config;
  const mechanism = mechanisms.find((each) => each === sasl?.mechanism);
  return {
    brokers,
    clientId,
    replicationFactor,
    requireTls: tls === 'required',
    ...defined({ topicPrefix }),
    ...(ssl === undefined ? {} : { ssl: defined(ssl) }),
    ...(sasl === undefined || mechanism === undefined ? {} : { sasl: { ...sasl, mechanism } }),
  };
};

export const redisSettings = ({ url, username, password, ca }: RedisConfig, tls: Tls): RedisSettings => ({
  url,
  requireTls: tls === 'required',
  ...defined({ username, password, ca }),
});

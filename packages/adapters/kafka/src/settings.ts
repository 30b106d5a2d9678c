import { ChartsealError } from '@chartseal/ports';
import { Kafka, logLevel } from 'kafkajs';

type Mechanism =
  | { readonly mechanism: 'scram-sha-512' }
  | { readonly mechanism: 'scram-sha-256' }
  | { readonly mechanism: 'plain' };

type Sasl = Mechanism & { readonly username: string; readonly password: string };

export type KafkaSettings = {
  /** `host:port` of brokers to begin with. */
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** PEM. Without `ca` the system's authorities count; `cert` and `key` are the client's own, for mutual TLS. */
  readonly ssl?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly sasl?: Sasl;
  /** Refuses plaintext, and TLS on which this client does not prove who it is. */
  readonly requireTls?: boolean;
  /** Goes before each topic's name on the broker alone: several networks on one cluster. */
  readonly topicPrefix?: string;
  /** Of topics that are made here; the broker's default where it is not said. */
  readonly replicationFactor?: number;
  /** How long a member may be silent before another takes over. */
  readonly sessionTimeoutMs?: number;
  /** How long `publish` tries before it rejects. */
  readonly publishTimeoutMs?: number;
};

const misconfigured = (message: string): ChartsealError => new ChartsealError('misconfigured', message);

/** @throws ChartsealError `misconfigured`, naming the setting, and the variable that a service takes it from */
export function checkSettings({ brokers, ssl, sasl, requireTls = false }: KafkaSettings): void {
  if (brokers.length === 0) throw misconfigured('Kafka needs at least one broker: set brokers (KAFKA_BROKERS)');
  if (sasl !== undefined && ssl === undefined)
    throw misconfigured('Kafka would get its password in plaintext: set ssl beside sasl (KAFKA_CA_FILE)');
  if ((ssl?.cert === undefined) !== (ssl?.key === undefined))
    throw misconfigured('Kafka needs both ssl.cert and ssl.key, or neither (KAFKA_CERT_FILE, KAFKA_KEY_FILE)');
  if (!requireTls) return;
  if (ssl === undefined) throw misconfigured('Kafka in plaintext is refused: set ssl (KAFKA_CA_FILE)');
  if (sasl === undefined && ssl.cert === undefined)
    throw misconfigured(
      'Kafka without authentication is refused: set ssl.cert and ssl.key (KAFKA_CERT_FILE, KAFKA_KEY_FILE), or sasl (KAFKA_SASL_MECHANISM)',
    );
}

/** The driver logs nothing: its errors surface through the port, and its log would repeat what handlers threw. */
export const clientOf = ({ brokers, clientId, ssl, sasl }: KafkaSettings): Kafka =>
  new Kafka({
    brokers: [...brokers],
    clientId,
    connectionTimeout: 3000,
    requestTimeout: 10_000,
    logLevel: logLevel.NOTHING,
    ...(ssl === undefined ? {} : { ssl: { ...ssl } }),
    // A copy: kafkajs keeps in this object what it authenticates with, and who changes the password in a copy of that would still send the old.
    ...(sasl === undefined ? {} : { sasl: { ...sasl } }),
  });

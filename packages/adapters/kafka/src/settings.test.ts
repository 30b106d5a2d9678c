import { doesNotThrow, throws } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isKind } from '@chartseal/ports';
import { checkSettings } from './settings.ts';
import type { KafkaSettings } from './settings.ts';

const base = { brokers: ['127.0.0.1:9092'], clientId: 'test' } satisfies KafkaSettings;
const sasl = { mechanism: 'scram-sha-512', username: 'user', password: 'secret' } as const;

describe('settings of Kafka', () => {
  const refused: readonly [string, KafkaSettings, RegExp][] = [
    ['no broker', { ...base, brokers: [] }, /brokers/],
    ['plaintext where TLS is required', { ...base, requireTls: true }, /plaintext/],
    ['TLS without authentication where it is required', { ...base, requireTls: true, ssl: {} }, /authentication/],
    ['a password in plaintext', { ...base, sasl }, /plaintext/],
    ['half of a client certificate', { ...base, ssl: { cert: 'pem' } }, /ssl\.key/],
  ];
  for (const [name, settings, message] of refused)
    it(`refuses ${name}`, () => {
      throws(
        () => checkSettings(settings),
        (error) => isKind(error, 'misconfigured') && message.test(error.message) && !error.message.includes('secret'),
      );
    });

  it('takes SASL over TLS and mutual TLS where TLS is required, and plaintext where it is not', () => {
    doesNotThrow(() => checkSettings({ ...base, requireTls: true, ssl: {}, sasl }));
    doesNotThrow(() => checkSettings({ ...base, requireTls: true, ssl: { cert: 'pem', key: 'pem' } }));
    doesNotThrow(() => checkSettings(base));
  });
});

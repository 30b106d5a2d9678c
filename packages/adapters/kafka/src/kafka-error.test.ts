import { equal, ok } from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ChartsealError } from '@chartseal/ports';
import { asChartsealError, isTransient } from './kafka-error.ts';

const failure = (named: object, cause?: unknown): Error =>
  Object.assign(new Error('key-of-a-patient', { cause }), named);

describe('errors of Kafka', () => {
  const table: readonly [object, ChartsealError['kind']][] = [
    [{ code: 'ECONNREFUSED' }, 'store-unavailable'],
    [{ name: 'KafkaJSRequestTimeoutError' }, 'store-unavailable'],
    [{ type: 'NOT_LEADER_FOR_PARTITION' }, 'store-unavailable'],
    [{ type: 'MESSAGE_TOO_LARGE' }, 'too-large'],
    [{ type: 'TOPIC_AUTHORIZATION_FAILED' }, 'misconfigured'],
    [{ name: 'KafkaJSSASLAuthenticationError' }, 'misconfigured'],
    [{ code: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'misconfigured'],
    [{ code: 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED' }, 'misconfigured'],
  ];
  for (const [named, kind] of table)
    it(`${JSON.stringify(named)} is ${kind}, also as a cause, and its message stays inside`, () => {
      for (const error of [failure(named), failure({ name: 'KafkaJSNumberOfRetriesExceeded' }, failure(named))]) {
        const mapped = asChartsealError(error);
        equal(mapped.kind, kind);
        ok(!mapped.message.includes('patient'));
        equal(isTransient(error), kind === 'store-unavailable');
      }
    });

  it('leaves its own as they are', () => {
    const own = new ChartsealError('corrupt', 'own');
    equal(asChartsealError(own), own);
  });
});

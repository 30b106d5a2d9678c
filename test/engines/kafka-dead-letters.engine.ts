/** Dead letters on Kafka, as `chartseal dlq` handles them; the embedded event log has the same beside the code. */
import { deepEqual, equal } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { openKafka, type KafkaEventLog } from '@chartseal/kafka';
import type { OutgoingEvent } from '@chartseal/ports';
import { listDeadLetters, replayDeadLetters, waitingDeadLetters } from '@chartseal/service-anchor';
import { skipWithout } from './available.ts';
import { announcedBroker } from './kafka-broker.ts';

const broker = announcedBroker();
const topic = 'chartseal.record.accepted.v1';
const clock = { now: Date.now };

describe('Dead letters on Kafka', { skip: skipWithout('kafka') }, () => {
  let kafka: KafkaEventLog;
  before(async () => {
    await broker.up();
    kafka = openKafka({ ...broker.mutualTls(), topicPrefix: `chartseal.${randomUUID()}.` });
    await kafka.ready();
  });
  after(() => kafka.close());

  const letter = (offset: number, value: string, headers?: Record<string, string>): OutgoingEvent => ({
    topic: `${topic}.dlq`,
    key: 'key',
    value: JSON.stringify({
      id: `${topic}/0/${offset}`,
      source: 'https://gateway.hospital.example/fhir',
      type: `${topic}.dlq`,
      time: '2026-01-01T00:00:00.000Z',
      data: { reason: 'not-json', topic, value, ...(headers === undefined ? {} : { headers }) },
    }),
  });
  const onTopic = async (): Promise<OutgoingEvent[]> => {
    const events: OutgoingEvent[] = [];
    await kafka.events.read(topic, async (batch) => {
      for (const { partition: _, offset: _offset, ...event } of batch) events.push(event);
    });
    return events;
  };
  const waiting = async (): Promise<number> =>
    (await waitingDeadLetters(kafka.events)).reduce((sum, { events }) => sum + events, 0);

  it('are listed as often as one asks, and put back as they were, each once', async () => {
    await kafka.events.publish([letter(0, '{', { traceparent: '00-1-2-01' }), letter(1, 'x'), letter(0, '{')]);
    for (const _ of [1, 2]) equal(await listDeadLetters(kafka.events, {}, () => undefined), 2);
    equal(await waiting(), 3);
    equal(await replayDeadLetters(kafka.events, { limit: 1 }, clock), 1);
    equal(await replayDeadLetters(kafka.events, {}, clock), 1);
    equal(await replayDeadLetters(kafka.events, {}, clock), 0);
    deepEqual(await onTopic(), [
      { topic, key: 'key', value: '{', headers: { traceparent: '00-1-2-01' } },
      { topic, key: 'key', value: 'x' },
    ]);
    equal(await waiting(), 0);
  });

  it('hold the largest event that a topic takes, whatever its bytes', async () => {
    const worst = '\u0001'.repeat(1_000_000);
    await kafka.events.publish([{ topic, key: 'key', value: worst }]);
    await kafka.events.publish([letter(2, worst)]);
    const sizes: number[] = [];
    await listDeadLetters(kafka.events, {}, ({ event }) => void sizes.push(event.value.length));
    deepEqual(sizes, [worst.length]);
    equal(await replayDeadLetters(kafka.events, {}, clock), 1);
    equal((await onTopic()).length, 4);
  });
});

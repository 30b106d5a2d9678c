import { randomUUID } from 'node:crypto';
import type { ReceivedEvent } from '@chartseal/ports';
import type { EachBatchHandler, Kafka } from 'kafkajs';
import { eventsABatch, eventsOf } from './batches.ts';
import { failureOf } from './consume.ts';
import { asChartsealError } from './kafka-error.ts';
import type { Topics } from './topics.ts';

type Reading = {
  readonly kafka: Kafka;
  readonly topics: Topics;
  readonly topic: string;
  readonly handler: (batch: readonly ReceivedEvent[]) => Promise<void>;
};

/** Of each partition that holds anything: the offset after its last event. */
const endsOf = async (topics: Topics, topic: string): Promise<Map<number, bigint>> => {
  await topics.ensure([topic]);
  const offsets = await topics.administrator.ask((admin) => admin.fetchTopicOffsets(topics.onBroker(topic)));
  return new Map(
    offsets
      .map(({ partition, low, high }) => ({ partition, low: BigInt(low), high: BigInt(high) }))
      .filter(({ low, high }) => high > low)
      .map(({ partition, high }) => [partition, high]),
  );
};

/** Hands over what lies before the ends, which it removes as they are reached. */
const handleUntil =
  (ends: Map<number, bigint>, { topic, handler }: Reading): EachBatchHandler =>
  async (payload) => {
    const { partition } = payload.batch;
    const end = ends.get(partition);
    if (end === undefined) return;
    const events = eventsOf(payload, topic).filter(({ offset }) => BigInt(offset) < end);
    for (let start = 0; start < events.length; start += eventsABatch) {
      await handler(events.slice(start, start + eventsABatch));
      await payload.heartbeat();
    }
    if (BigInt(payload.batch.lastOffset()) + 1n >= end) ends.delete(partition);
  };

/** Until every end is reached; rejects if the handler does or the consumer fails. */
async function readUntil(ends: Map<number, bigint>, reading: Reading): Promise<void> {
  const { kafka, topics, topic } = reading;
  const consumer = kafka.consumer({
    groupId: topics.groupOnBroker(`read.${randomUUID()}`),
    allowAutoTopicCreation: false,
    retry: { initialRetryTime: 100, retries: 5, maxRetryTime: 2000, restartOnFailure: () => Promise.resolve(false) },
  });
  const over = new AbortController();
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  let isHandling = false;
  const handle = handleUntil(ends, reading);
  const eachBatch: EachBatchHandler = async (payload) => {
    if (over.signal.aborted) return;
    isHandling = true;
    try {
      await handle(payload);
      if (ends.size === 0) resolve();
    } catch (error) {
      // Not for kafkajs, which would call the handler again.
      over.abort();
      reject(error);
    } finally {
      isHandling = false;
    }
  };
  const failed = failureOf(consumer, () => isHandling, over.signal);
  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [topics.onBroker(topic)], fromBeginning: true });
    await consumer.run({ autoCommit: false, eachBatch });
    await Promise.race([ended, failed]);
  } finally {
    over.abort();
    await consumer.disconnect().catch(() => undefined);
  }
}

/**
 * All of a topic as it is now. kafkajs reads only as a member of a group: this one has a name of its own, commits nothing, and is gone
 * with its only member.
 */
export async function read(reading: Reading): Promise<void> {
  let ofHandler: { readonly error: unknown } | undefined;
  const handler: Reading['handler'] = async (batch) => {
    try {
      await reading.handler(batch);
    } catch (error) {
      ofHandler = { error };
      throw error;
    }
  };
  try {
    const ends = await endsOf(reading.topics, reading.topic);
    if (ends.size > 0) await readUntil(ends, { ...reading, handler });
  } catch (error) {
    throw ofHandler === undefined ? asChartsealError(error) : ofHandler.error;
  }
}

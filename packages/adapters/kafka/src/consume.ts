import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, Kafka } from 'kafkajs';
import { handleBatches } from './batches.ts';
import type { BatchHandling } from './batches.ts';
import { subscribedTopics } from './subscribed-topics.ts';

export type Membership = Omit<BatchHandling, 'heartbeatMs'> & {
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly namesOnBroker: readonly string[];
  readonly sessionTimeoutMs: number;
};

const rebalanceTimeoutMs = 60_000;
const leaveWithinMs = 5000;

const consumerOf = ({ kafka, groupId, sessionTimeoutMs }: Membership): Consumer =>
  kafka.consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: Math.floor(sessionTimeoutMs / 4),
    rebalanceTimeout: rebalanceTimeoutMs,
    maxWaitTimeInMs: 500,
    allowAutoTopicCreation: false,
    partitionAssigners: [subscribedTopics],
    retry: { initialRetryTime: 100, retries: 5, maxRetryTime: 2000, restartOnFailure: () => Promise.resolve(false) },
  });

/** Rejects when the consumer has crashed, or has given no sign of life for longer than a rebalance can take. */
export function failureOf(consumer: Consumer, isHandling: () => boolean, signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const { CRASH, HEARTBEAT, FETCH, GROUP_JOIN } = consumer.events;
  let heardAt = performance.now();
  const hear = (): void => {
    heardAt = performance.now();
  };
  consumer.on(HEARTBEAT, hear);
  consumer.on(FETCH, hear);
  consumer.on(GROUP_JOIN, hear);
  consumer.on(CRASH, ({ payload }) => reject(payload.error));
  const watch = setInterval(() => {
    if (isHandling()) hear();
    if (performance.now() - heardAt > 2 * rebalanceTimeoutMs) reject(new Error('the consumer fell silent'));
  }, 1000);
  signal.addEventListener('abort', () => clearInterval(watch), { once: true });
  promise.catch(() => clearInterval(watch));
  return promise;
}

/** What was still connecting when it was told to leave stays connected otherwise. */
const disconnectAfter = async (running: Promise<void>, consumer: Consumer): Promise<void> => {
  await Promise.allSettled([running]);
  await consumer.disconnect().catch(() => undefined);
};

/** One membership: until the signal aborts; rejects if the consumer fails. Either way the handler in flight has ended. */
export async function consume(membership: Membership): Promise<void> {
  const { signal, namesOnBroker, sessionTimeoutMs } = membership;
  if (signal.aborted) return;
  const consumer = consumerOf(membership);
  const over = new AbortController();
  const ends = AbortSignal.any([signal, over.signal]);
  const handling = new Set<Promise<void>>();
  const handleBatch = handleBatches({ ...membership, signal: ends, heartbeatMs: sessionTimeoutMs / 4 });
  const eachBatch: typeof handleBatch = async (payload) => {
    const handled = handleBatch(payload);
    handling.add(handled);
    await handled.finally(() => handling.delete(handled));
  };
  const aborted = once(ends, 'abort');
  const failed = failureOf(consumer, () => handling.size > 0, ends);
  const running = (async () => {
    await consumer.connect();
    await consumer.subscribe({ topics: [...namesOnBroker], fromBeginning: true });
    await consumer.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch });
    await aborted;
  })();
  try {
    await Promise.race([aborted, failed, running]);
  } finally {
    over.abort();
    void disconnectAfter(running, consumer);
    const left = consumer.disconnect().catch(() => undefined);
    await Promise.allSettled(handling);
    await Promise.race([left, sleep(leaveWithinMs, undefined, { ref: false })]);
  }
}

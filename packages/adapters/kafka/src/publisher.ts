import { setTimeout as sleep } from 'node:timers/promises';
import type { OutgoingEvent } from '@chartseal/ports';
import { ChartsealError } from '@chartseal/ports';
import { Partitioners } from 'kafkajs';
import type { Kafka, Producer } from 'kafkajs';
import { asChartsealError, isTransient } from './kafka-error.ts';
import type { Topics } from './topics.ts';

type Waiting = {
  readonly events: readonly OutgoingEvent[];
  readonly resolve: () => void;
  readonly reject: (error: ChartsealError) => void;
};

const eventsASend = 2000;

/**
 * One send at a time; what is published meanwhile shares the next.
 *
 * After a failed send its producer is thrown away. kafkajs takes the sequence numbers of a failed batch back, although the broker may have
 * written it; the next batch under the same numbers would pass for its repetition, and be acknowledged and lost.
 */
export class Publisher {
  readonly #kafka: Kafka;
  readonly #topics: Topics;
  readonly #timeoutMs: number;
  readonly #queue: Waiting[] = [];
  #producer: Producer | undefined;
  #running: Promise<void> | undefined;

  constructor(kafka: Kafka, topics: Topics, timeoutMs: number) {
    this.#kafka = kafka;
    this.#topics = topics;
    this.#timeoutMs = timeoutMs;
  }

  async publish(events: readonly OutgoingEvent[]): Promise<void> {
    if (events.length === 0) return;
    await new Promise<void>((resolve, reject) => {
      this.#queue.push({ events, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  async close(): Promise<void> {
    await this.#running;
    await this.#discardProducer();
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      const shared = this.#next();
      const outcome = await this.#deliver(shared);
      // What one of them brought on, the others shall not pay for.
      if (outcome !== undefined && outcome.kind !== 'store-unavailable' && shared.length > 1)
        for (const one of shared) settle([one], await this.#deliver([one]));
      else settle(shared, outcome);
    }
    this.#running = undefined;
  }

  #next(): Waiting[] {
    let count = 0;
    const end = this.#queue.findIndex(({ events }, index) => (count += events.length) > eventsASend && index > 0);
    return this.#queue.splice(0, end === -1 ? this.#queue.length : end);
  }

  /** Resolves with why it could not be done. */
  async #deliver(shared: readonly Waiting[]): Promise<ChartsealError | undefined> {
    const events = shared.flatMap((waiting) => waiting.events);
    const deadline = performance.now() + this.#timeoutMs;
    for (;;) {
      const enough = new AbortController();
      try {
        const late = sleep(Math.max(1, deadline - performance.now()), 'late', { signal: enough.signal });
        const sent = this.#send(events);
        if ((await Promise.race([sent, late])) !== 'late') return undefined;
        await this.#abandon(sent);
        return new ChartsealError('store-unavailable', 'Kafka did not acknowledge in time');
      } catch (error) {
        await this.#discardProducer();
        if (!isTransient(error) || performance.now() >= deadline) return asChartsealError(error);
        await sleep(100);
      } finally {
        enough.abort();
      }
    }
  }

  async #send(events: readonly OutgoingEvent[]): Promise<void> {
    const byTopic = Map.groupBy(events, ({ topic }) => topic);
    await this.#topics.ensure(byTopic.keys());
    const producer = await this.#connected();
    const topicMessages = [...byTopic].map(([topic, ofTopic]) => ({
      topic: this.#topics.onBroker(topic),
      messages: ofTopic.map(({ key, value, headers = {} }) => ({ key, value, headers: { ...headers } })),
    }));
    await producer.sendBatch({ acks: -1, topicMessages });
  }

  async #connected(): Promise<Producer> {
    if (this.#producer !== undefined) return this.#producer;
    this.#producer = this.#kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: { initialRetryTime: 100, retries: 5, maxRetryTime: 1000 },
    });
    await this.#producer.connect();
    return this.#producer;
  }

  /** A send that goes on after its producer was disconnected connects it again. */
  async #abandon(sent: Promise<void>): Promise<void> {
    const producer = this.#producer;
    void disconnectAfter(sent, producer);
    await this.#discardProducer();
  }

  async #discardProducer(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await Promise.race([producer?.disconnect().catch(() => undefined), sleep(1000, undefined, { ref: false })]);
  }
}

const disconnectAfter = async (sent: Promise<void>, producer: Producer | undefined): Promise<void> => {
  await Promise.allSettled([sent]);
  await producer?.disconnect().catch(() => undefined);
};

const settle = (waiting: readonly Waiting[], failure: ChartsealError | undefined): void => {
  for (const { resolve, reject } of waiting) {
    if (failure === undefined) resolve();
    else reject(failure);
  }
};

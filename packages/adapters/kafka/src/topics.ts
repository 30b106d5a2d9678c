import type { Admin, Kafka } from 'kafkajs';
import { configOf, settingsOf } from './topic-table.ts';

type Naming = { readonly topicPrefix?: string; readonly replicationFactor?: number };

/** Topics on the broker: made as the table says when they are first named; those that exist are left as they are. */
export class Topics {
  readonly #kafka: Kafka;
  readonly #prefix: string;
  readonly #replicationFactor: number;
  readonly #known = new Set<string>();

  constructor(kafka: Kafka, { topicPrefix = '', replicationFactor = -1 }: Naming) {
    this.#kafka = kafka;
    this.#prefix = topicPrefix;
    this.#replicationFactor = replicationFactor;
  }

  onBroker(topic: string): string {
    return this.#prefix + topic;
  }

  /** On a cluster that others use too, a group is told apart by its name alone. */
  groupOnBroker(group: string): string {
    return `${this.#prefix}chartseal.${group}`;
  }

  /** The topic that a name on the broker stands for; undefined if it is not one of these. */
  ofBroker(name: string): string | undefined {
    return name.startsWith(this.#prefix) ? name.slice(this.#prefix.length) : undefined;
  }

  async ensure(topics: Iterable<string>): Promise<void> {
    const unknown = [...new Set(topics)].filter((topic) => !this.#known.has(topic));
    if (unknown.length === 0) return;
    await this.withAdmin(async (admin) => {
      const existing = new Set(await admin.listTopics());
      const missing = unknown.filter((topic) => !existing.has(this.onBroker(topic)));
      if (missing.length > 0)
        await admin.createTopics({
          waitForLeaders: true,
          topics: missing.map((topic) => ({
            topic: this.onBroker(topic),
            numPartitions: settingsOf(topic).partitions,
            replicationFactor: this.#replicationFactor,
            configEntries: configOf(settingsOf(topic)),
          })),
        });
    });
    for (const topic of unknown) this.#known.add(topic);
  }

  async withAdmin<T>(act: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = this.#kafka.admin({ retry: { initialRetryTime: 100, retries: 4, maxRetryTime: 1000 } });
    try {
      await admin.connect();
      return await act(admin);
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }
}

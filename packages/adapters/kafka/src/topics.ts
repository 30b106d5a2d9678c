import kafkajs from 'kafkajs';
import type { Admin } from 'kafkajs';
import type { Administrator } from './administrator.ts';
import { checkTopic, type FoundTopic, type TopicDifference } from './topic-check.ts';
import { configOf, settingsOf } from './topic-table.ts';

type Naming = { readonly topicPrefix?: string; readonly replicationFactor?: number };

/** Topics on the broker: made as the table says when they are first named; those that exist are left as they are. */
export class Topics {
  readonly administrator: Administrator;
  readonly #prefix: string;
  readonly #replicationFactor: number;
  readonly #known = new Set<string>();

  constructor(administrator: Administrator, { topicPrefix = '', replicationFactor = -1 }: Naming) {
    this.administrator = administrator;
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
    await this.administrator.ask(async (admin) => {
      const existing = new Set(await admin.listTopics());
      const missing = unknown.filter((topic) => !existing.has(this.onBroker(topic)));
      if (missing.length > 0)
        await admin.createTopics({
          waitForLeaders: true,
          topics: missing.map((topic) => ({
            topic: this.onBroker(topic),
            numPartitions: settingsOf(topic).partitions,
            replicationFactor: this.#replicationFactor,
            configEntries: configOf(settingsOf(topic), this.#replicationFactor),
          })),
        });
    });
    for (const topic of unknown) this.#known.add(topic);
  }

  /**
   * Where topics that exist are not as the table has them.
   * @throws ChartsealError `misconfigured` for what would break a law
   */
  async check(topics: readonly string[]): Promise<readonly TopicDifference[]> {
    const names = new Map(topics.map((topic) => [this.onBroker(topic), topic]));
    const found = await this.administrator.ask((admin) => describe(admin, [...names.keys()]));
    return found.flatMap((one) => {
      const settings = settingsOf(names.get(one.name) ?? '');
      return checkTopic(one, settings, configOf(settings, this.#replicationFactor), this.#replicationFactor);
    });
  }
}

const describe = async (admin: Admin, names: string[]): Promise<readonly FoundTopic[]> => {
  const [metadata, configs] = await Promise.all([
    admin.fetchTopicMetadata({ topics: names }),
    admin.describeConfigs({
      includeSynonyms: false,
      resources: names.map((name) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name })),
    }),
  ]);
  const configOfTopic = new Map(
    configs.resources.map(({ resourceName, configEntries }) => [
      resourceName,
      new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
    ]),
  );
  return metadata.topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.length,
    replicas: Math.min(...partitions.map(({ replicas }) => replicas.length)),
    config: configOfTopic.get(name) ?? new Map(),
  }));
};

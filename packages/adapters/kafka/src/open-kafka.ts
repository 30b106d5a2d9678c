import type { EventLog } from '@chartseal/ports';
import { pause } from './batches.ts';
import { consume } from './consume.ts';
import { asChartsealError } from './kafka-error.ts';
import { lagOf } from './lag.ts';
import type { Lag } from './lag.ts';
import { Publisher } from './publisher.ts';
import { read } from './read.ts';
import { checkSettings, clientOf } from './settings.ts';
import type { KafkaSettings } from './settings.ts';
import { topicTable } from './topic-table.ts';
import { Topics } from './topics.ts';

export type KafkaEventLog = {
  readonly events: EventLog;
  /** Makes the topics that the network has and are missing. Rejects with `store-unavailable` or `misconfigured`. */
  ready(): Promise<void>;
  /** Events that the group has yet to commit, for each partition of the topics. Rejects as `ready` does. */
  lag(group: string, topics: readonly string[]): Promise<readonly Lag[]>;
  /** Abort the subscriptions before. */
  close(): Promise<void>;
};

export type KafkaOptions = {
  /** Called when a group's consumer failed and will be started again; `reason` is a code, without content. */
  readonly onRestart?: (restart: { readonly group: string; readonly reason: string }) => void;
};

const longestPauseMs = 5000;

/**
 * The event log on Kafka; nothing is connected until it is used.
 *
 * @throws ChartsealError `misconfigured` for settings that contradict one another or `requireTls`
 */
export function openKafka(settings: KafkaSettings, { onRestart }: KafkaOptions = {}): KafkaEventLog {
  checkSettings(settings);
  const { sessionTimeoutMs = 6000, publishTimeoutMs = 15_000 } = settings;
  const kafka = clientOf(settings);
  const topics = new Topics(kafka, settings);
  const publisher = new Publisher(kafka, topics, publishTimeoutMs);

  const subscribe: EventLog['subscribe'] = async (subscription, handler, signal) => {
    let failures = 0;
    const onProgress = (): void => {
      failures = 0;
    };
    const namesOnBroker = subscription.topics.map((topic) => topics.onBroker(topic));
    const topicOf = (name: string): string => topics.ofBroker(name) ?? name;
    const { group } = subscription;
    const groupId = topics.groupOnBroker(group);
    while (!signal.aborted) {
      try {
        await topics.ensure(subscription.topics);
        await consume({ kafka, groupId, namesOnBroker, topicOf, handler, signal, sessionTimeoutMs, onProgress });
      } catch (error) {
        failures += 1;
        onRestart?.({ group, reason: asChartsealError(error).message });
        await pause(Math.min(longestPauseMs, 100 * 2 ** failures), signal);
      }
    }
  };

  const ready = async (): Promise<void> => {
    await topics.ensure(topicTable.keys());
    await topics.withAdmin((admin) => admin.describeCluster());
  };

  const orFail = async <T>(asked: Promise<T>): Promise<T> => {
    try {
      return await asked;
    } catch (error) {
      throw asChartsealError(error);
    }
  };

  return {
    events: {
      publish: (events) => publisher.publish(events),
      subscribe,
      read: (topic, handler) => read({ kafka, topics, topic, handler }),
    },
    ready: () => orFail(ready()),
    lag: (group, names) => orFail(lagOf(topics, group, names)),
    close: () => publisher.close(),
  };
}

import type { EventLog } from '@chartseal/ports';
import { Administrator } from './administrator.ts';
import { pause } from './batches.ts';
import { consume } from './consume.ts';
import { asChartsealError } from './kafka-error.ts';
import { lag } from './lag.ts';
import { Publisher } from './publisher.ts';
import { read } from './read.ts';
import { checkSettings, clientOf } from './settings.ts';
import type { KafkaSettings } from './settings.ts';
import type { TopicDifference } from './topic-check.ts';
import { topicTable } from './topic-table.ts';
import { Topics } from './topics.ts';

export type KafkaEventLog = {
  readonly events: EventLog;
  /**
   * Makes the topics that the network has and are missing, and looks once at those that were there. Rejects with `store-unavailable`, or
   * with `misconfigured` if Kafka refuses this client or keeps a topic in a way that would lose events.
   */
  ready(): Promise<void>;
  /** Abort the subscriptions before. */
  close(): Promise<void>;
};

export type KafkaOptions = {
  /** Called when a group's consumer failed and will be started again; `reason` is a code, without content. */
  readonly onRestart?: (restart: { readonly group: string; readonly reason: string }) => void;
  /** Called by the first `ready` for each setting of a topic that is not as the table has it, though no law is broken. */
  readonly onDifference?: (difference: TopicDifference) => void;
};

const longestPauseMs = 5000;

/**
 * The event log on Kafka; nothing is connected until it is used.
 *
 * @throws ChartsealError `misconfigured` for settings that contradict one another or `requireTls`
 */
export function openKafka(settings: KafkaSettings, { onRestart, onDifference }: KafkaOptions = {}): KafkaEventLog {
  checkSettings(settings);
  const { sessionTimeoutMs = 6000, publishTimeoutMs = 15_000 } = settings;
  const kafka = clientOf(settings);
  const administrator = new Administrator(kafka);
  const topics = new Topics(administrator, settings);
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

  let isChecked = false;
  const ready = async (): Promise<void> => {
    try {
      await topics.ensure(topicTable.keys());
      await administrator.ask((admin) => admin.describeCluster());
      if (isChecked) return;
      for (const difference of await topics.check([...topicTable.keys()])) onDifference?.(difference);
      isChecked = true;
    } catch (error) {
      throw asChartsealError(error);
    }
  };

  return {
    events: {
      publish: (events) => publisher.publish(events),
      subscribe,
      read: (topic, handler) => read({ kafka, topics, topic, handler }),
      lag: (group, names) => lag(topics, group, names),
    },
    ready,
    close: async () => {
      await publisher.close();
      await administrator.close();
    },
  };
}

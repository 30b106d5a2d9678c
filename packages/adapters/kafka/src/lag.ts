import { setTimeout as sleep } from 'node:timers/promises';
import { ChartsealError, type Lag } from '@chartseal/ports';
import { asChartsealError } from './kafka-error.ts';
import type { Topics } from './topics.ts';

const patienceMs = 2000;

/** A partition of which the group has committed nothing counts from its oldest event. */
const ask = async (topics: Topics, group: string, names: readonly string[]): Promise<readonly Lag[]> => {
  await topics.ensure(names);
  return topics.administrator.ask(async (admin) => {
    const groupId = topics.groupOnBroker(group);
    const committed = await admin.fetchOffsets({ groupId, topics: names.map((name) => topics.onBroker(name)) });
    const lags = committed.map(async ({ topic, partitions }) => {
      const ends = new Map((await admin.fetchTopicOffsets(topic)).map((end) => [end.partition, end]));
      return partitions.map(({ partition, offset }) => {
        const { low = '0', high = '0' } = ends.get(partition) ?? {};
        const from = Math.max(Number(offset), Number(low));
        return { topic: topics.ofBroker(topic) ?? topic, partition, events: Math.max(0, Number(high) - from) };
      });
    });
    return (await Promise.all(lags)).flat();
  });
};

/** Rejects with `store-unavailable` when the cluster does not answer in time; the driver may go on trying meanwhile. */
export async function lag(topics: Topics, group: string, names: readonly string[]): Promise<readonly Lag[]> {
  const enough = new AbortController();
  try {
    const late = sleep(patienceMs, 'late' as const, { signal: enough.signal });
    const lags = await Promise.race([ask(topics, group, names), late]);
    if (lags === 'late') throw new ChartsealError('store-unavailable', 'Kafka did not answer in time');
    return lags;
  } catch (error) {
    throw asChartsealError(error);
  } finally {
    enough.abort();
  }
}

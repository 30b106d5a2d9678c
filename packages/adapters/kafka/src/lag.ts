import type { Topics } from './topics.ts';

export type Lag = { readonly topic: string; readonly partition: number; readonly events: number };

/**
 * How many events the group has not committed, for each partition of the topics. A partition of which it has
 * committed nothing counts from its oldest event.
 */
export const lagOf = (topics: Topics, group: string, names: readonly string[]): Promise<readonly Lag[]> =>
  topics.withAdmin(async (admin) => {
    const committed = await admin.fetchOffsets({
      groupId: topics.groupOnBroker(group),
      topics: names.map((name) => topics.onBroker(name)),
    });
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

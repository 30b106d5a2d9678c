import { ChartsealError } from '@chartseal/ports';
import type { TopicSettings } from './topic-table.ts';

/** A topic as it was found on the broker. */
export type FoundTopic = {
  readonly name: string;
  readonly partitions: number;
  /** Of the partition that has fewest. */
  readonly replicas: number;
  /** Kafka's names and values; those that this client may not see are missing. */
  readonly config: ReadonlyMap<string, string>;
};

/** Where a topic that somebody else made, or changed, is not as the table has it, and no law is broken. */
export type TopicDifference = {
  readonly topic: string;
  readonly setting: string;
  readonly wanted: string;
  readonly found: string;
};

const days = (ms: number): string => `${ms / 86_400_000} days`;

/** What of its settings would lose acknowledged events, with the remedy. */
const faultOf = ({ name, config }: FoundTopic, wanted: TopicSettings): string | undefined => {
  const compacts = config.get('cleanup.policy')?.includes('compact') === true;
  if (wanted.cleanup === 'delete' && compacts)
    return `${name} is compacted, which drops events that nobody has read: set cleanup.policy=delete`;
  const retention = Number(config.get('retention.ms') ?? -1);
  const deletes = config.get('cleanup.policy')?.includes('delete') === true;
  if (deletes && retention !== -1 && retention < wanted.leastRetentionMs)
    return `${name} keeps events for less than ${days(wanted.leastRetentionMs)}: set retention.ms=${wanted.retentionMs}`;
  if (deletes && wanted.leastRetentionMs > 0 && Number(config.get('retention.bytes') ?? -1) !== -1)
    return `${name} drops events by its size, read or not: set retention.bytes=-1`;
  if (config.get('unclean.leader.election.enable') === 'true')
    return `${name} may lose acknowledged events: set unclean.leader.election.enable=false`;
  return undefined;
};

/**
 * @returns what is different and may stay so
 * @throws ChartsealError `misconfigured` for what would break a law of the event log
 */
export function checkTopic(
  found: FoundTopic,
  wanted: TopicSettings,
  wantedConfig: readonly { readonly name: string; readonly value: string }[],
  replicationFactor: number,
): readonly TopicDifference[] {
  const fault = faultOf(found, wanted);
  if (fault !== undefined) throw new ChartsealError('misconfigured', `the Kafka topic ${fault}`);
  const compared = [
    { setting: 'partitions', wanted: String(wanted.partitions), found: String(found.partitions) },
    ...(replicationFactor < 1
      ? []
      : [{ setting: 'replicas', wanted: String(replicationFactor), found: String(found.replicas) }]),
    ...wantedConfig.map(({ name, value }) => ({
      setting: name,
      wanted: value,
      found: found.config.get(name) ?? value,
    })),
  ];
  return compared.filter((one) => one.wanted !== one.found).map((one) => ({ topic: found.name, ...one }));
}

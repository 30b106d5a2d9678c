export type TopicSettings = {
  /** Fixed for a topic's life: a key moves to another partition when it changes, and its order is lost. */
  readonly partitions: number;
  readonly cleanup: 'delete' | 'compact';
  /** With `delete`, how long an event is kept; with `compact`, how long one that a newer of its key replaced. */
  readonly retentionMs: number;
  /** What an operator may shorten it to: below, an outage that can happen loses events. */
  readonly leastRetentionMs: number;
  /** The largest event in bytes; the broker's default (1 MiB) unless given. */
  readonly largestEvent?: number;
};

const day = 24 * 60 * 60 * 1000;

const published = {
  // The anchor lives on these two: an event that it has not seen must outlast any outage of it.
  'chartseal.record.accepted.v1': {
    partitions: 12,
    cleanup: 'delete',
    retentionMs: 90 * day,
    leastRetentionMs: 7 * day,
  },
  'chartseal.access.decided.v1': {
    partitions: 12,
    cleanup: 'delete',
    retentionMs: 90 * day,
    leastRetentionMs: 7 * day,
  },
  // Strangers alone read the other three; what they missed they find in the log itself.
  'chartseal.record.anchored.v1': { partitions: 12, cleanup: 'delete', retentionMs: 30 * day, leastRetentionMs: day },
  // A patient's directives share a key: compaction would drop all but one.
  'chartseal.consent.changed.v1': { partitions: 6, cleanup: 'delete', retentionMs: 90 * day, leastRetentionMs: day },
  // A log's newest checkpoint says all that older ones say.
  'chartseal.checkpoint.anchored.v1': { partitions: 1, cleanup: 'compact', retentionMs: 30 * day, leastRetentionMs: 0 },
} as const satisfies Record<string, TopicSettings>;

/**
 * People look at these, and not every week. A letter holds its event as JSON text, which may take six bytes for one: an event of 1 MiB must
 * fit, or it would come back to its consumer for ever.
 */
const deadLetters: TopicSettings = {
  partitions: 1,
  cleanup: 'delete',
  retentionMs: 365 * day,
  leastRetentionMs: 7 * day,
  largestEvent: 8 * 1024 * 1024,
};

/** Every topic of the network (DESIGN §6, Events), and the dead letters of each. */
export const topicTable: ReadonlyMap<string, TopicSettings> = new Map(
  Object.entries(published).flatMap(([topic, settings]): [string, TopicSettings][] => [
    [topic, settings],
    [`${topic}.dlq`, deadLetters],
  ]),
);

/** Topics of others, that the table does not name: one partition, so that all of it is in one order. */
const otherTopic: TopicSettings = { partitions: 1, cleanup: 'delete', retentionMs: 7 * day, leastRetentionMs: 0 };

export const settingsOf = (topic: string): TopicSettings => topicTable.get(topic) ?? otherTopic;

/** Kafka's names for them. With three copies or more, two must have an event before it is acknowledged. */
export const configOf = (
  { cleanup, retentionMs, largestEvent }: TopicSettings,
  replicationFactor: number,
): { name: string; value: string }[] => {
  const values = {
    'cleanup.policy': cleanup,
    [cleanup === 'delete' ? 'retention.ms' : 'min.compaction.lag.ms']: retentionMs,
    ...(largestEvent === undefined ? {} : { 'max.message.bytes': largestEvent }),
    ...(replicationFactor < 3 ? {} : { 'min.insync.replicas': 2 }),
  };
  return Object.entries(values).map(([name, value]) => ({ name, value: String(value) }));
};

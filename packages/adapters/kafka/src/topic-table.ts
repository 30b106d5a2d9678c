export type TopicSettings = {
  /** Fixed for a topic's life: a key moves to another partition when it changes, and its order is lost. */
  readonly partitions: number;
  readonly cleanup: 'delete' | 'compact';
  /** With `delete`, how long an event is kept; with `compact`, how long one that a newer of its key replaced. */
  readonly retentionMs: number;
};

const day = 24 * 60 * 60 * 1000;

const published = {
  // The anchor lives on these two: an event that it has not seen must outlast any outage of it.
  'chartseal.record.accepted.v1': { partitions: 12, cleanup: 'delete', retentionMs: 90 * day },
  'chartseal.access.decided.v1': { partitions: 12, cleanup: 'delete', retentionMs: 90 * day },
  'chartseal.record.anchored.v1': { partitions: 12, cleanup: 'delete', retentionMs: 30 * day },
  // A patient's directives share a key: compaction would drop all but one.
  'chartseal.consent.changed.v1': { partitions: 6, cleanup: 'delete', retentionMs: 90 * day },
  // A log's newest checkpoint says all that older ones say.
  'chartseal.checkpoint.anchored.v1': { partitions: 1, cleanup: 'compact', retentionMs: 30 * day },
} as const satisfies Record<string, TopicSettings>;

const deadLetters: TopicSettings = { partitions: 1, cleanup: 'delete', retentionMs: 365 * day };

/** Every topic of the network (DESIGN §6, Events), and the dead letters of each. */
export const topicTable: ReadonlyMap<string, TopicSettings> = new Map(
  Object.entries(published).flatMap(([topic, settings]) => [
    [topic, settings],
    [`${topic}.dlq`, deadLetters],
  ]),
);

/** Topics of others, that the table does not name: one partition, so that all of it is in one order. */
const otherTopic: TopicSettings = { partitions: 1, cleanup: 'delete', retentionMs: 7 * day };

export const settingsOf = (topic: string): TopicSettings => topicTable.get(topic) ?? otherTopic;

/** Kafka's names for them. */
export const configOf = ({ cleanup, retentionMs }: TopicSettings): { name: string; value: string }[] => {
  const milliseconds = String(retentionMs);
  return cleanup === 'delete'
    ? [
        { name: 'cleanup.policy', value: 'delete' },
        { name: 'retention.ms', value: milliseconds },
      ]
    : [
        { name: 'cleanup.policy', value: 'compact' },
        { name: 'min.compaction.lag.ms', value: milliseconds },
      ];
};

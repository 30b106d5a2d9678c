export { openKafka } from './open-kafka.ts';
export type { KafkaEventLog, KafkaOptions } from './open-kafka.ts';
export type { KafkaSettings } from './settings.ts';
export type { TopicDifference } from './topic-check.ts';
export { topicTable } from './topic-table.ts';
export type { TopicSettings } from './topic-table.ts';

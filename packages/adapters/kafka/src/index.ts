export type { Lag } from './lag.ts';
export { openKafka } from './open-kafka.ts';
export type { KafkaEventLog, KafkaOptions } from './open-kafka.ts';
export type { KafkaSettings } from './settings.ts';
export { topicTable } from './topic-table.ts';
export type { TopicSettings } from './topic-table.ts';

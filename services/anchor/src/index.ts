export { checkpointAnchoredTopic, recordAnchoredTopic } from './anchored-events.ts';
export { verifierKeyOf } from './checkpoint.ts';
export type { AnchorDependencies, LogIdentity } from './dependencies.ts';
export { createLogRouter } from './routes/log.ts';
export { startAnchor, type AnchorIntervals } from './run.ts';

export { checkpointAnchoredTopic, recordAnchoredTopic } from './anchored-events.ts';
export { verifierKeyOf } from './checkpoint.ts';
export {
  listDeadLetters,
  replayDeadLetters,
  topicsWithDeadLetters,
  waitingDeadLetters,
  type DeadLetter,
  type DeadLetterSelection,
  type WaitingDeadLetters,
} from './dead-letter-replay.ts';
export type { AnchorDependencies, LogIdentity } from './dependencies.ts';
export { composeAnchor } from './compose.ts';
export { integrate } from './integrate.ts';
export { allLogIdentities, currentLogIdentities, logIdentities } from './log-identities.ts';
export { createLogRouter, type ServedLog } from './routes/log.ts';
export type { AnchorIntervals } from './run.ts';

export { composeIngest } from './compose.ts';
export { deleteRecord } from './delete.ts';
export type { IngestDependencies, ReadEntry, ReadEntryAnswer } from './dependencies.ts';
export { update, type UpdateOutcome } from './update.ts';

export { composeIngest } from './compose.ts';
export type { IngestDependencies, ReadEntry, ReadEntryAnswer } from './dependencies.ts';

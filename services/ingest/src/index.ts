export { createIngestRouter } from './app.ts';
export type { IngestDependencies, ReadEntry, ReadEntryAnswer } from './dependencies.ts';

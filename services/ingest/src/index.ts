export { composeIngest } from './compose.ts';
export { deleteRecord } from './delete.ts';
export type { IngestDependencies, ReadEntry, ReadEntryAnswer } from './dependencies.ts';
export { update, type UpdateOutcome } from './update.ts';
export { ingestRoutes, type IngestRoute, type WrittenInteraction } from './routes/table.ts';
export { IMPORT_ENV, importConfig, type ImportConfig } from './import/config.ts';

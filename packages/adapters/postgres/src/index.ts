export type { PostgresSettings } from './database/database.ts';
export { openPostgres } from './open-postgres.ts';
export type { PostgresOptions, PostgresStores } from './open-postgres.ts';

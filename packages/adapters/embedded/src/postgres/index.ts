export type { ConnectionSettings } from './databases.ts';
export { openEmbeddedPostgres } from './open.ts';
export type { EmbeddedPostgres, EmbeddedPostgresOptions } from './open.ts';

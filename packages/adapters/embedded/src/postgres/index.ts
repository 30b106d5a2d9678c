export type { Binaries } from './binaries.ts';
export type { ConnectionSettings } from './databases.ts';
export { findRunningPostgres } from './find-running.ts';
export { openEmbeddedPostgres } from './open.ts';
export type { EmbeddedPostgres, EmbeddedPostgresOptions } from './open.ts';

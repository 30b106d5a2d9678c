export type { PostgresSettings } from './database/settings.ts';
export { settingsFromUrl } from './database/settings-from-url.ts';
export type { UrlSettings } from './database/settings-from-url.ts';
export { openPostgres } from './open-postgres.ts';
export type { PostgresOptions, PostgresStores } from './open-postgres.ts';
export type { InspectedVersion, PendingEvent, Sequencing } from './inspection/inspected-versions.ts';
export { openInspection } from './inspection/open-inspection.ts';
export type { StoreInspection } from './inspection/open-inspection.ts';
export type { StructuralProblem } from './inspection/structure.ts';

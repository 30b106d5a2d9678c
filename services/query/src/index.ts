export { decisionExtensionUrl } from './audit/decision-extension.ts';
export { createQueryRouter, createReads, type QueryRouterOptions } from './app.ts';
export type { QueryDependencies } from './dependencies.ts';
export type { Offered } from './interactions/capabilities.ts';
export type { Execute } from './interactions/execute.ts';
export type { Interaction, ReadRequest } from './interactions/interaction.ts';
export { createReadEntry, type ReadEntryAnswer } from './read-entry.ts';

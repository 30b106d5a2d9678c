export { createReads } from './app.ts';
export { composeQuery } from './compose.ts';
export type { Execute } from './interactions/execute.ts';
export { createReadEntry } from './read-entry.ts';

export { createReads } from './app.ts';
export { decisionsKey } from './decision-receipt/decisions-key.ts';
export { composeQuery } from './compose.ts';
export type { Execute } from './interactions/execute.ts';
export { createReadEntry } from './read-entry.ts';

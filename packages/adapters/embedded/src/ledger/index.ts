export { openEmbeddedLedger } from './open.ts';
export type { EmbeddedLedgerOptions, OpenLedger } from './open.ts';
export { organization } from './genesis.ts';
export type { EmbeddedGenesis } from './genesis.ts';
export type { LedgerIdentity } from './connection.ts';
export { verifyLedgerFile } from './verify-ledger-file.ts';
export type { LedgerVerification } from './verify-ledger-file.ts';

export * from './client-store.ts';
export * from './errors.ts';
export * from './event-log.ts';
export * from './key-vault.ts';
export * from './ledger.ts';
export * from './log-store.ts';
export * from './patient-store.ts';
export * from './record-store.ts';

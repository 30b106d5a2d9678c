export * from './ledger.ts';
export * from './key-vault.ts';
export * from './record-store.ts';

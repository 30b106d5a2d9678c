export * from './ledger.ts';
export * from './key-vault.ts';

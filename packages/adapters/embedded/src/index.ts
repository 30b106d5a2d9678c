export * from './ledger/index.ts';
export * from './postgres/index.ts';
export * from './keyring/index.ts';
export * from './cache/index.ts';

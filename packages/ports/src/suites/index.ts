export * from './ledger.ts';
export * from './key-vault.ts';
export type { RecordStoreFixture } from './record-store-fixture.ts';
export * from './record-store.ts';
export * from './event-log.ts';
export * from './outbox.ts';
export * from './log-store.ts';
export * from './patient-store.ts';
export * from './client-store.ts';

export * from './receipt/embedded.ts';

export * from './access-token.ts';
export * from './backend-services.ts';
export * from './fhir-client.ts';
export type { ProvedVersion } from './proof-file.ts';
export * from './receipt/embedded.ts';
export * from './trust-file.ts';
export * from './verify-proof.ts';

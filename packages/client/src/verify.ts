/**
 * What a verifier needs, and nothing that a browser lacks: Web Cryptography (in a page that was loaded over TLS or from the machine itself) and
 * JavaScript. What is written here is to stay so: a test bundles it for a browser and runs it in one.
 */
export * from './log/audit-log.ts';
export * from './log/export-log.ts';
export * from './log/follow-log.ts';
export * from './log/http-log.ts';
export * from './log/log-source.ts';
export { portablePrimitives, type ProofPrimitives } from './portable-primitives.ts';
export type { ProvedVersion } from './proof-file.ts';
export * from './receipt/embedded.ts';
export type { FabricLedgerTrust, TrustedOrganization } from './receipt/fabric/endorsed.ts';
export * from './receipt/fabric/receipt.ts';
export * from './receipt/receipt-timestamp.ts';
export * from './receipt/verification.ts';
export { TrustFileError } from './trust-file-error.ts';
export * from './trust-file.ts';
export * from './decision-file.ts';
export * from './proof-verdict.ts';
export * from './verify-bundle.ts';
export * from './verify-decision.ts';
export * from './verify-cose-receipt.ts';
export * from './verify-erasure.ts';
export * from './verify-proof.ts';
export * from './verify-provenance.ts';
export * from './witness-policy.ts';

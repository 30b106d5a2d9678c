export { AnchorContract } from './anchor/anchor-contract.ts';
export type { HeartbeatState } from './anchor/anchor-contract.ts';
export type { AnchoredLog, AnchorSubmission, CheckpointSubmission } from './anchor/anchored-log.ts';
export type { LogClaim, LogWriter } from './anchor/claim.ts';
export { erasureKey, recoveryKey } from './anchor/log-keys.ts';
export type { StatementState, StatementSubmission } from './anchor/statements.ts';
export type { LogSuccession, SuccessionState } from './anchor/succession.ts';
export { contractApi, fitContractApi, parseContractApi } from './api/contract-api.ts';
export type { ContractApi, ContractApiFit } from './api/contract-api.ts';
export { canonicalJson } from './canonical-json.ts';
export { contractOfEvent } from './contract-of-event.ts';
export { createContracts } from './contracts.ts';
export * from './directory/directory-contract.ts';
export type { DirectoryEntry, DirectoryLog, PublicJwk } from './directory/entry.ts';
export type { FoundingDocument, FoundingState } from './directory/founding.ts';
export type { NetworkPolicy } from './directory/policy.ts';
export type { DirectoryProposal } from './directory/proposal.ts';
export type { ProposalState } from './directory/approval.ts';
export type { Network } from './directory/directory-state.ts';
export type { RegistrarKey } from './directory/registrars.ts';
export * from './refusal.ts';
export { longestBreakGlassMs } from './consent/break-glass.ts';
export type { BreakGlassAccess, BreakGlassState } from './consent/break-glass.ts';
export { ConsentContract } from './consent/consent-contract.ts';
export type { DirectiveResult } from './consent/consent-contract.ts';
export type {
  AcceptedDirective,
  ConsentState,
  EnrolmentRecord,
  PatientState,
  ProxyState,
} from './consent/patient-state.ts';

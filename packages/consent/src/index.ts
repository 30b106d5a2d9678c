export { consentCommitment, enrolmentCodeHash, payloadDigest, verifyCommitment } from './directive/commitment.ts';
export type { Attestation } from './directive/attestation.ts';
export { currentSigners, signersAt } from './directive/current-signers.ts';
export type { HeldSignature, SignerChain } from './directive/current-signers.ts';
export { DirectiveError } from './directive/directive-error.ts';
export type { DirectiveErrorCode } from './directive/directive-error.ts';
export { directiveTyp, parseDirective } from './directive/directive.ts';
export type {
  AppointProxyDirective,
  Directive,
  DirectiveOperation,
  DismissProxyDirective,
  FreezeDirective,
  PutDirective,
  RevokeDirective,
  RotateKeyDirective,
  UnfreezeDirective,
} from './directive/directive.ts';
export { enrolmentTyp, parseEnrolment, verifyEnrolment } from './directive/enrolment.ts';
export type { Enrolment, ExpectedEnrolment } from './directive/enrolment.ts';
export { keyProofTyp } from './directive/key-proof.ts';
export type { KeyProof } from './directive/key-proof.ts';
export type { ProxyScope } from './directive/proxy-scope.ts';
export { keyInTime, readerKey, signerOf } from './directive/signers.ts';
export type { Proxy, Registrar, Signer, Signers } from './directive/signers.ts';
export { readPublicKey, thumbprint } from './directive/public-key.ts';
export type { PublicKey } from './directive/public-key.ts';
export { generatePatientKey, patientKeyOf, signDirective, signEnrolment, signKeyProof } from './directive/sign.ts';
export type { PatientKeyPair, UnsignedDirective } from './directive/sign.ts';
export { verifyDirective } from './directive/verify-directive.ts';
export type { ExpectedDirective, KnownKey, SignedBy } from './directive/verify-directive.ts';
export type {
  HeldWord,
  LedgerPatient,
  PatientStateFault,
  UnverifiedPatient,
  VerifiedConsent,
  VerifiedPatient,
} from './verified/patient-state.ts';
export { verifyPatientState } from './verified/verify-patient-state.ts';
export type { Code } from './coding.ts';
export { decide } from './decision/decide.ts';
export type { DirectivesLookup } from './decision/decide.ts';
export { noDirectives } from './decision/decision.ts';
export type {
  ActiveConsent,
  Decision,
  DecisionBasis,
  DecisionRequest,
  DenyReason,
  Obligation,
  PatientDirectives,
  PermitReason,
} from './decision/decision.ts';
export { joinLabels, labelsOf } from './label/labels-of.ts';
export type { Labels } from './label/labels-of.ts';
export { readValueSet } from './label/read-value-set.ts';
export type { ValueSetFile, ValueSetGroup } from './label/read-value-set.ts';
export { builtInFiles, builtInValueSets, createValueSets } from './label/value-sets.ts';
export type { ValueSets } from './label/value-sets.ts';
export { breakGlass, includesPurpose, isPurpose } from './purpose/purpose-of-use.ts';
export { factsOf } from './resource/resource-facts.ts';
export type { FactsContext, ResourceFacts } from './resource/resource-facts.ts';
export type { ConsentTerms, Rule } from './terms/consent-terms.ts';
export type { ConsentIssue } from './terms/issues.ts';
export { anyone, askingOf, consentReach, reachGeneration, reaches } from './terms/consent-reach.ts';
export type { Asking, Reach } from './terms/consent-reach.ts';
export { admit, readConsent } from './terms/read-consent.ts';
export type { ExpectedConsent, ReadConsent } from './terms/read-consent.ts';

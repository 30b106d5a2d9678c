import type { Code } from '../coding.ts';
import type { Attestation } from '../directive/attestation.ts';
import type { ConsentTerms } from '../terms/consent-terms.ts';

/** A consent that is active on the ledger and verified. */
export type ActiveConsent = {
  readonly consentId: string;
  readonly sequence: number;
  readonly terms: ConsentTerms;
  /** Who signed it for a patient without a key (A6). */
  readonly attested?: Attestation;
};

/** A patient's say at one block of the ledger, verified by whoever discloses. */
export type PatientDirectives = {
  readonly blockHeight: number;
  readonly state:
    | { readonly kind: 'open' }
    | { readonly kind: 'frozen'; readonly by: readonly ('custodian' | 'patient')[] }
    | { readonly kind: 'closed' };
  readonly consents: readonly ActiveConsent[];
  /** What the ledger holds of the requester's emergency for this patient, now (B13). */
  readonly breakGlass?: { readonly accessId: string };
};

/** Of a patient whom the custodian knows and who never said anything: the network's implicit policy decides (B1). */
export const noDirectives = (blockHeight: number): PatientDirectives => ({
  blockHeight,
  state: { kind: 'open' },
  consents: [],
});

export type DecisionRequest = {
  /** Directory id of the organisation that asks. */
  readonly organization: string;
  /** Directory ids of those that it is a part of. */
  readonly parents: readonly string[];
  /** Directory id of the organisation whose gateway decides. */
  readonly custodian: string;
  /** One v3 ActReason code, authorised by the directory before consent is looked at (B8). */
  readonly purpose: string;
  /** Milliseconds since the epoch; never goes back. */
  readonly decisionTime: number;
  /** The network's policy where no consent says anything; a purpose that it does not name: deny. */
  readonly implicitPolicy: Readonly<Record<string, 'permit' | 'deny'>>;
};

/** The rule that decided. */
export type DecisionBasis = {
  readonly consentId: string;
  readonly sequence: number;
  /** FHIRPath in the Consent. */
  readonly path: string;
  readonly blockHeight: number;
  /** As the consent has it: told in every audit. */
  readonly attested?: Attestation;
};

/** What the recipient must be told, as a security label. */
export type Obligation = Code & { readonly display: string };

/** `break-glass`: an emergency that the ledger holds, of a patient who has not forbidden it (B13). */
export type PermitReason = 'consent' | 'implicit-policy' | 'break-glass';

/**
 * - `no-consent`: no consent says anything, nor does the network permit it
 * - `denied-by-consent`: a rule of the patient's denies it
 * - `frozen`, `closed`: the handle
 * - `no-subject`: nobody's record, so nobody can permit it
 * - `only-by-reference`: no subject either, but may be shown beside a served resource that references it (B11)
 * - `unclear-subject`: it names somebody who cannot be looked up here
 * - `unknown-subject`: no directives were found for, or could be verified of, somebody whom it names
 * - `purpose-unknown`
 * - `break-glass-not-open`: the ledger does not hold the emergency (any more)
 */
export type DenyReason =
  | 'no-consent'
  | 'denied-by-consent'
  | 'frozen'
  | 'closed'
  | 'no-subject'
  | 'only-by-reference'
  | 'unclear-subject'
  | 'unknown-subject'
  | 'purpose-unknown'
  | 'break-glass-not-open';

/** `basis` has an item for each subject whose consent decided; none where the implicit policy did. */
export type Decision =
  | {
      readonly effect: 'permit';
      readonly reason: PermitReason;
      readonly basis: readonly DecisionBasis[];
      readonly obligations: readonly Obligation[];
      /** Of `break-glass`: the accesses on the ledger that it rests on. */
      readonly emergencies?: readonly string[];
    }
  | { readonly effect: 'deny'; readonly reason: DenyReason; readonly basis: readonly DecisionBasis[] };

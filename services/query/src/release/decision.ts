import type { Attestation } from '@chartseal/consent';
import type { RecordKey } from '@chartseal/ports';

/** A label as FHIR writes it. */
export type Label = { readonly system: string; readonly code: string; readonly display?: string };

/** Which rule of which directive decided. It goes into the audit, never into an answer. */
export type DecisionBasis = {
  readonly consentId: string;
  readonly sequence: number;
  readonly path: string;
  /** Who signed the directive for a patient without a key, and the hash of the paper form (A6). */
  readonly attested?: Attestation;
};

type DecisionFacts = {
  /** Exactly what was decided; a decision is joined to its version by this, never by a position in a list (C6). */
  readonly key: RecordKey;
  readonly versionId: number;
  /** One of the closed words of packages/consent or of the gatekeeper. */
  readonly reason: string;
  readonly basis: readonly DecisionBasis[];
  /** Blocks of the ledger that the decision rests on (C10). */
  readonly height: number;
  /** Ids of the Patients here whom the resource is about. */
  readonly patients: readonly string[];
};

export type Permit = DecisionFacts & {
  readonly effect: 'permit';
  /** What the recipient must be told, as security labels. */
  readonly obligations: readonly Label[];
  /** The emergencies on the ledger that it rests on (B13). */
  readonly emergencies?: readonly string[];
};
export type Denial = DecisionFacts & { readonly effect: 'deny' };
export type Decision = Permit | Denial;

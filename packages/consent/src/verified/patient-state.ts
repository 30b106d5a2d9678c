/** What a decision may rest on, before and after whoever discloses has verified it (DESIGN §6 Consent 3, Law 3). */
import type { Attestation } from '../directive/attestation.ts';
import type { DirectiveOperation } from '../directive/directive.ts';
import type { Registrar } from '../directive/signers.ts';
import type { KnownKey } from '../directive/verify-directive.ts';

/** A word that the custodian holds about a handle. Its JWS is not trusted, nor is what is kept beside it. */
export type HeldWord = {
  /** `payloadDigest` of the JWS. */
  readonly digest: string;
  readonly operation: DirectiveOperation | 'custodian-freeze' | 'custodian-unfreeze' | 'close';
  /** Compact JWS; empty for what the custodian says itself, which rests on its own store. */
  readonly jws: string;
  readonly consentId?: string;
  readonly sequence?: number;
  /** Canonical bytes of the Consent, as text. */
  readonly consentText?: string;
  readonly commitmentKey?: Uint8Array;
  /** Milliseconds since the epoch, by the custodian's clock. */
  readonly receivedAt: number;
  readonly ledger: { readonly state: 'pending' | 'refused' | 'committed' };
};

/** What the ledger says of a handle. A colluding majority can write anything here. */
export type LedgerPatient = {
  readonly patient: string;
  /** Directory id. */
  readonly custodian: string;
  readonly publicKey: KnownKey;
  readonly sequence: number;
  readonly frozenBy: readonly ('custodian' | 'patient')[];
  readonly status: 'open' | 'closed';
  /** By consentId. */
  readonly directives: Readonly<
    Record<string, { readonly sequence: number; readonly commitment: string; readonly state: 'active' | 'revoked' }>
  >;
};

export type UnverifiedPatient = {
  readonly network: string;
  readonly handle: string;
  readonly enrolmentJws: string;
  /** All that is held about the handle, in any order. Read it before `ledger`: a ledger that knows less than we do is a fault. */
  readonly held: readonly HeldWord[];
  readonly ledger: LedgerPatient;
  /** The custodian's own, by its own store and not by the ledger's, those whose time is over too; none: nothing attested verifies. */
  readonly registrars?: readonly Registrar[];
};

export type VerifiedConsent = {
  readonly consentId: string;
  readonly sequence: number;
  readonly consentText: string;
  /** Who signed for a patient without a key (consent-semantics A6). */
  readonly attested?: Attestation;
};

/**
 * - `enrolment`: it does not verify, or is for another network, handle or custodian
 * - `signature`: what is held was not signed by a key that may sign it
 * - `held-mismatch`: what is kept beside a signature is not what was signed
 * - `key-chain`: the rotations do not lead to the ledger's key
 * - `sequence-gap`: nothing that the patient signed uses a sequence that the ledger says is used
 * - `sequence-reused`: two words are held as committed at one sequence
 * - `missing-directive`: the ledger has a consent, or its revocation, that nothing held accounts for
 * - `ledger-mismatch`: the ledger says another thing than the patient signed
 * - `ledger-behind`: the ledger lacks a sequence that it once committed
 * - `missing-terms`: the terms of a consent in force are not held
 * - `commitment`: the terms held are not those that were signed
 */
export type PatientStateFault =
  | 'enrolment'
  | 'signature'
  | 'held-mismatch'
  | 'key-chain'
  | 'sequence-gap'
  | 'sequence-reused'
  | 'missing-directive'
  | 'ledger-mismatch'
  | 'ledger-behind'
  | 'missing-terms'
  | 'commitment';

export type VerifiedPatient =
  | {
      readonly outcome: 'verified';
      readonly state: 'open' | 'frozen' | 'closed';
      /** Whose words they are: the patient's own, with those of proxies, or a registrar's. */
      readonly by: 'own key' | 'registrar';
      /** In force, in the order of their sequences; none once closed. While frozen they decide nothing. */
      readonly consents: readonly VerifiedConsent[];
    }
  | { readonly outcome: 'fault'; readonly fault: PatientStateFault };

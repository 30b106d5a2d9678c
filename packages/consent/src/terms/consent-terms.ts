/** A Consent as decisions read it: everything in it is understood (consent-semantics A1). */
import type { Code } from '../coding.ts';
import type { RuleInterval } from '../time/rule-interval.ts';

/** B7. `recipient`: IRCP, PRCP. `custodian`: CST. `author`: AUT. */
export type Actor =
  | { readonly role: 'recipient' | 'custodian'; readonly organization: string }
  | { readonly role: 'author'; readonly author: AuthorReference };

/** An organisation by its directory id, or anything by its literal reference at the custodian, `Practitioner/1`. */
export type AuthorReference = { readonly organization: string } | { readonly reference: string };

/** `provision.data`: one record, or those by an author. */
export type RuleData =
  | { readonly meaning: 'instance'; readonly reference: string }
  | { readonly meaning: 'authoredby'; readonly author: AuthorReference };

/** A provision. What is absent does not constrain (B3). */
export type Rule = {
  /** FHIRPath, `Consent.provision.provision[0]`. */
  readonly path: string;
  readonly type: 'permit' | 'deny';
  /** When the rule is in force. */
  readonly period?: RuleInterval;
  readonly actors?: readonly Actor[];
  /** Codes of consentaction. */
  readonly actions?: readonly string[];
  /** Codes of v3 Confidentiality, or sensitivity codes of v3 ActCode; the two have no code in common that is taken here. */
  readonly securityLabels?: readonly string[];
  /** Codes of v3 ActReason. */
  readonly purposes?: readonly string[];
  /** Resource types, or LOINC document types. */
  readonly classes?: readonly Code[];
  readonly codes?: readonly Code[];
  /** Clinical time of the data. */
  readonly dataPeriod?: RuleInterval;
  readonly data?: readonly RuleData[];
  readonly rules: readonly Rule[];
};

/** The shapes of B2. */
export type ConsentTerms = { readonly scope: 'patient-privacy' | 'research' } & (
  | { readonly policy: 'none'; readonly root: Rule }
  | { readonly policy: 'optin'; readonly root?: Rule & { readonly type: 'deny' } }
  | { readonly policy: 'optout'; readonly root?: Rule & { readonly type: 'permit' } }
);

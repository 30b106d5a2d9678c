import { readConsent, type ActiveConsent, type PatientDirectives, type VerifiedPatient } from '@chartseal/consent';
import { parseJson } from '@chartseal/fhir';

type Verified = Extract<VerifiedPatient, { readonly outcome: 'verified' }>;

/** What a decision can rest on. Undefined if one of the consents in force is not understood: it might have denied. */
export const directivesOf = (
  { state, consents }: Verified,
  handle: string,
  frozenBy: readonly ('custodian' | 'patient')[],
  blockHeight: number,
): PatientDirectives | undefined => {
  const active: ActiveConsent[] = [];
  for (const { consentId, sequence, consentText, attested } of consents) {
    const read = readConsent(parseJson(consentText).value, { patient: handle, consentId });
    if (read.kind === 'issues') return undefined;
    const consent = { consentId, sequence, terms: read.terms };
    active.push(attested === undefined ? consent : { ...consent, attested });
  }
  return {
    blockHeight,
    state: state === 'frozen' ? { kind: state, by: frozenBy } : { kind: state },
    consents: active,
  };
};

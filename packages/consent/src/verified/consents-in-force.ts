import { verifyCommitment } from '../directive/commitment.ts';
import type { LedgerPatient, VerifiedConsent } from './patient-state.ts';
import type { SignedPut } from './signed-history.ts';
import { StateFault } from './state-fault.ts';

/**
 * The consents that the patient put and did not end, with terms that are those signed. The terms of one that has ended may be
 * gone: erasing them must not shut the rest.
 * @throws StateFault `ledger-mismatch`, `missing-directive`, `missing-terms`, `commitment`
 */
export const consentsInForce = (
  ledger: LedgerPatient,
  puts: readonly SignedPut[],
  revoked: ReadonlySet<string>,
): readonly VerifiedConsent[] => {
  for (const { directive } of puts) {
    const { consentId, sequence, consentCommitment } = directive;
    const known = Object.hasOwn(ledger.directives, consentId) ? ledger.directives[consentId] : undefined;
    if (known?.sequence !== sequence || known.commitment !== consentCommitment) throw new StateFault('ledger-mismatch');
  }
  const signed = new Set(puts.map(({ directive }) => directive.consentId));
  for (const [consentId, { state }] of Object.entries(ledger.directives)) {
    // To end a consent that denies is to grant: that takes the patient's word as well.
    if (!signed.has(consentId) || (state !== 'active' && !revoked.has(consentId))) {
      throw new StateFault('missing-directive');
    }
  }
  return puts
    .filter(({ directive, timely }) => timely === 'in time' && !revoked.has(directive.consentId))
    .map(withTerms);
};

const withTerms = ({ directive, held }: SignedPut): VerifiedConsent => {
  const { consentId, sequence, consentCommitment, attested } = directive;
  const { consentText, commitmentKey } = held;
  if (consentText === undefined || commitmentKey === undefined) throw new StateFault('missing-terms');
  // Encoding replaces lone surrogates, so a text that has any is not the only one with these bytes.
  const isSigned =
    consentText.isWellFormed() &&
    verifyCommitment(commitmentKey, new TextEncoder().encode(consentText), consentCommitment);
  if (!isSigned) throw new StateFault('commitment');
  const consent = { consentId, sequence, consentText };
  return attested === undefined ? consent : { ...consent, attested };
};

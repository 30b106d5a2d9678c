import { admit, verifyCommitment, type PutDirective } from '@chartseal/consent';
import { canonicalBytes, type NumberSpelling } from '@chartseal/fhir';
import { ChartsealError, type ErrorIssue, type HeldDirective } from '@chartseal/ports';

/** What a `put` carries beside its signature: the Consent as it came and the key of the commitment to it. */
export type Terms = { readonly consent: unknown; readonly numbers: NumberSpelling; readonly key: string };

const keyPattern = /^[A-Za-z0-9_-]{43}$/;

/**
 * Consent-semantics A1 and A2: terms that cannot be enforced, or are not those that were signed, are refused before anything reaches the ledger.
 * @throws ChartsealError `invalid`, each issue naming its element
 */
export const admitTerms = (
  directive: PutDirective,
  terms: Terms | undefined,
): Pick<HeldDirective, 'consentText' | 'commitmentKey'> => {
  if (terms === undefined)
    throw invalid([{ code: 'required', expression: 'consent', diagnostics: 'a put needs `consent` and `key`' }]);
  const commitmentKey = Buffer.from(terms.key, 'base64url');
  if (!keyPattern.test(terms.key) || commitmentKey.length !== 32) {
    throw invalid([{ code: 'value', expression: 'key', diagnostics: 'must be 32 bytes in base64url' }]);
  }
  const issues = admit(terms.consent, { patient: directive.patient, consentId: directive.consentId });
  if (issues.length > 0)
    throw invalid(issues.map((issue) => ({ ...issue, diagnostics: issue.diagnostics ?? 'not supported' })));
  const bytes = canonicalBytes(terms.consent, terms.numbers);
  if (!verifyCommitment(commitmentKey, bytes, directive.consentCommitment)) {
    throw invalid([
      { code: 'value', expression: 'consent', diagnostics: 'the commitment that was signed is not to this consent' },
    ]);
  }
  return { consentText: new TextDecoder().decode(bytes), commitmentKey };
};

/** What is sent beside a directive is enforced or refused, never passed over (A1). */
export const refuseTerms = (terms: Terms | undefined): void => {
  if (terms !== undefined)
    throw invalid([{ code: 'structure', expression: 'consent', diagnostics: 'only a put has `consent` and `key`' }]);
};

const invalid = (issues: readonly ErrorIssue[]): ChartsealError =>
  new ChartsealError('invalid', 'the directive cannot be taken', { issues });

import type { HeldDirective } from '@chartseal/ports';
import type { ConsentDependencies } from '../dependencies.ts';

/** The Consents that the patient gave under this handle and that the ledger committed, newest first, as a searchset. */
export const ownDirectives = async (
  { patients, consentBaseUrl }: ConsentDependencies,
  handle: string,
): Promise<string> => {
  const held = await patients.directives(handle);
  // Enforced whatever the ledger answered.
  const revoked = new Set(held.flatMap((each) => (each.operation === 'revoke' ? [each.consentId] : [])));
  const entries = held
    .filter((each) => each.operation === 'put' && each.ledger.state === 'committed')
    .toReversed()
    .map((each) => entryOf(each, revoked.has(each.consentId) ? 'revoked' : 'active', consentBaseUrl));
  return `{"resourceType":"Bundle","type":"searchset","total":${entries.length}${entries.length > 0 ? `,"entry":[${entries.join(',')}]` : ''}}`;
};

const entryOf = (
  { consentId, consentText = '{}', ledger }: HeldDirective,
  state: string,
  consentBaseUrl: string,
): string => {
  const receipt =
    ledger.state === 'committed' ? { transactionId: ledger.transactionId, blockNumber: ledger.blockNumber } : {};
  const extension = [{ url: 'urn:chartseal:directive', valueString: JSON.stringify({ state, ...receipt }) }];
  return `{"fullUrl":${JSON.stringify(`${consentBaseUrl}/Consent/${consentId ?? ''}`)},"resource":${consentText},"search":${JSON.stringify({ mode: 'match', extension })}}`;
};

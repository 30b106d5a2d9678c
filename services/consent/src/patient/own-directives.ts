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
  const puts = held.filter((each) => each.operation === 'put' && each.ledger.state === 'committed').toReversed();
  const [known, unknown] = [true, false].map((has) => puts.filter((each) => (each.consentText !== undefined) === has));
  const entries = (known ?? []).map((each) =>
    entryOf(each, revoked.has(each.consentId) ? 'revoked' : 'active', consentBaseUrl),
  );
  const warnings = (unknown ?? []).filter(({ consentId }) => !revoked.has(consentId)).map(warningOf);
  const all = [...entries, ...warnings];
  return `{"resourceType":"Bundle","type":"searchset","total":${entries.length}${all.length > 0 ? `,"entry":[${all.join(',')}]` : ''}}`;
};

/** Its terms went to another gateway: until they are sent here, everything is denied. */
const warningOf = ({ consentId = '' }: HeldDirective): string => {
  const diagnostics = `the terms of consent ${consentId} are not known here: send its directive again, with consent and key`;
  const issue = [{ severity: 'warning', code: 'incomplete', diagnostics }];
  return JSON.stringify({ resource: { resourceType: 'OperationOutcome', issue }, search: { mode: 'outcome' } });
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

/** The Consents that a patient gave under one handle, as R4 Consents: what was signed, and what has become of it. */
import { canonicalJson, parseJson } from '@chartseal/fhir';
import { ChartsealError, type HeldDirective } from '@chartseal/ports';
import type { ConsentDependencies } from '../dependencies.ts';

type Put = HeldDirective & { readonly consentId: string };

/** Those that the ledger committed, newest first, each with its revocation if there is one: enforced whatever the ledger answered. */
export type OwnDirective = { readonly put: Put; readonly revocation: HeldDirective | undefined };

export const ownDirectives = async (
  { patients }: Pick<ConsentDependencies, 'patients'>,
  handle: string,
): Promise<readonly OwnDirective[]> => {
  const held = await patients.directives(handle);
  return held
    .filter((each): each is Put => each.operation === 'put' && each.ledger.state === 'committed')
    .toReversed()
    .map((put) => ({
      put,
      revocation: held.find(({ operation, consentId }) => operation === 'revoke' && consentId === put.consentId),
    }));
};

/** @throws ChartsealError `not-found` for whatever is none of this handle's */
export const ownDirective = async (
  dependencies: Pick<ConsentDependencies, 'patients'>,
  handle: string,
  consentId: string,
): Promise<OwnDirective> => {
  const own = await ownDirectives(dependencies, handle);
  const found = own.find(({ put }) => put.consentId === consentId);
  if (found === undefined) throw new ChartsealError('not-found', 'there is no such consent of this patient');
  return found;
};

export const ownConsents = (own: readonly OwnDirective[], consentBaseUrl: string): string => {
  const known = own.filter(({ put }) => put.consentText !== undefined);
  const unknown = own.filter(({ put, revocation }) => put.consentText === undefined && revocation === undefined);
  const all = [...known.map((each) => entryOf(each, consentBaseUrl)), ...unknown.map(warningOf)];
  const entries = all.length > 0 ? `,"entry":[${all.join(',')}]` : '';
  return `{"resourceType":"Bundle","type":"searchset","total":${known.length}${entries}}`;
};

/** R4 extension of a Consent that ended: when the patient's own word for that came here. */
export const revokedUrl = 'urn:chartseal:fhir:StructureDefinition:consent-revoked';

/**
 * As it was signed, byte for byte, while it stands. One that was revoked is `inactive`, or readers of FHIR would go by it; its signed bytes
 * are in its receipt.
 * @throws ChartsealError `not-found` where its terms went to another gateway
 */
export const consentResource = ({ put, revocation }: OwnDirective): string => {
  if (put.consentText === undefined)
    throw new ChartsealError('not-found', 'the terms of this consent are not known here');
  if (revocation === undefined) return put.consentText;
  const { value, numbers } = parseJson(put.consentText);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ChartsealError('corrupt', 'a held consent is no resource');
  const { extension } = value;
  const revoked = { url: revokedUrl, valueInstant: new Date(revocation.receivedAt).toISOString() };
  value['status'] = 'inactive';
  value['extension'] = [...(Array.isArray(extension) ? extension : []), revoked];
  return canonicalJson(value, numbers);
};

/** Its terms went to another gateway: until they are sent here, everything is denied. */
const warningOf = ({ put }: OwnDirective): string => {
  const diagnostics = `the terms of consent ${put.consentId} are not known here: send its directive again, with consent and key`;
  const issue = [{ severity: 'warning', code: 'incomplete', diagnostics }];
  return JSON.stringify({ resource: { resourceType: 'OperationOutcome', issue }, search: { mode: 'outcome' } });
};

const placeOf = ({ ledger }: HeldDirective): object =>
  ledger.state === 'committed' ? { transactionId: ledger.transactionId, blockNumber: ledger.blockNumber } : {};

const entryOf = (own: OwnDirective, consentBaseUrl: string): string => {
  const { put, revocation } = own;
  const revoked =
    revocation === undefined
      ? {}
      : { revokedAt: new Date(revocation.receivedAt).toISOString(), revocation: placeOf(revocation) };
  const state = { state: revocation === undefined ? 'active' : 'revoked', ...placeOf(put), ...revoked };
  const search = { mode: 'match', extension: [{ url: 'urn:chartseal:directive', valueString: JSON.stringify(state) }] };
  const url = `${consentBaseUrl}/Consent/${put.consentId}`;
  const link = [{ relation: 'receipt', url: `${url}/$receipt` }];
  return `{"fullUrl":${JSON.stringify(url)},"link":${JSON.stringify(link)},"resource":${consentResource(own)},"search":${JSON.stringify(search)}}`;
};

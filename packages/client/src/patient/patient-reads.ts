import { patientKeyOf } from '@chartseal/consent';
import type { FhirResource } from 'fhir-kit-client';
import { answerOf } from './consent-service.ts';
import type { DeviceEnvironment } from './device-environment.ts';
import type { PatientState } from './patient-state.ts';
import { signRead } from './signed-read.ts';

/** One of the patient's own Consents, and whether it still stands. */
export type OwnConsent = { readonly consent: FhirResource; readonly state: 'active' | 'revoked' | 'unknown' };

export type SearchEntry = {
  readonly resource: FhirResource;
  readonly search?: { readonly extension?: readonly { readonly url?: string; readonly valueString?: string }[] };
};
type Searchset = {
  readonly entry?: readonly SearchEntry[];
  readonly link?: readonly { readonly relation?: string; readonly url?: string }[];
};

/**
 * All entries of one of the patient's own searches, page after page.
 * @throws ConsentServiceError
 */
export const readOwn = async (
  { consentBaseUrl, patient, privateJwk }: PatientState,
  { now, uuid }: Pick<DeviceEnvironment, 'now' | 'uuid'>,
  type: 'AuditEvent' | 'Consent',
): Promise<readonly SearchEntry[]> => {
  const url = `${consentBaseUrl}/${type}`;
  const key = patientKeyOf(privateJwk);
  const entries: SearchEntry[] = [];
  for (let page: string | undefined = url; page !== undefined;) {
    const token = await signRead({ patient, consentBaseUrl, url, jti: uuid(), now: now() }, key);
    const headers = { authorization: `Bearer ${token}`, accept: 'application/fhir+json' };
    const { entry = [], link = [] } = (await answerOf(await fetch(page, { headers }))) as Searchset;
    entries.push(...entry);
    const next = link.find(({ relation }) => relation === 'next')?.url;
    // A token is for this address alone; a link that leads elsewhere is not followed.
    page = entry.length > 0 && next?.startsWith(`${url}?`) === true ? next : undefined;
  }
  return entries;
};

/** The consent service says beside each Consent what has become of it. */
export const ownConsent = ({ resource, search }: SearchEntry): OwnConsent => {
  const said = search?.extension?.find(({ url }) => url === 'urn:chartseal:directive')?.valueString;
  const { state } = JSON.parse(said ?? '{}') as { state?: unknown };
  return { consent: resource, state: state === 'active' || state === 'revoked' ? state : 'unknown' };
};

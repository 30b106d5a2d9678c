import { patientKeyOf } from '@chartseal/consent';
import type { FhirResource } from 'fhir-kit-client';
import { answerOf } from './consent-service.ts';
import type { DeviceEnvironment } from './device-environment.ts';
import type { PatientState } from './patient-state.ts';
import { signRead } from './signed-read.ts';

/** One of the patient's own Consents, and whether it still stands. */
export type OwnConsent = {
  readonly consent: FhirResource;
  readonly state: 'active' | 'revoked' | 'unknown';
  /** FHIR instant, by the hospital's clock. */
  readonly revokedAt?: string;
};

export type SearchEntry = {
  readonly resource: FhirResource;
  readonly search?: { readonly extension?: readonly { readonly url?: string; readonly valueString?: string }[] };
};
type Searchset = {
  readonly entry?: readonly SearchEntry[];
  readonly link?: readonly { readonly relation?: string; readonly url?: string }[];
};

type Environment = Pick<DeviceEnvironment, 'now' | 'uuid'>;

/** What is read, below the consent service's address. */
export type OwnRead = {
  readonly path: string;
  readonly query?: string;
  readonly accept?: string;
  /** Makes it a POST. */
  readonly body?: object;
};

/**
 * One answer to the patient alone, by a token for this address.
 * @throws ConsentServiceError
 */
export const readOnce = async (
  { consentBaseUrl, patient, privateJwk }: PatientState,
  { now, uuid }: Environment,
  { path, query, accept = 'application/fhir+json', body }: OwnRead,
): Promise<Response> => {
  const url = `${consentBaseUrl}/${path}`;
  const method = body === undefined ? {} : ({ method: 'POST' } as const);
  const token = await signRead(
    { patient, consentBaseUrl, url, ...method, jti: uuid(), now: now() },
    patientKeyOf(privateJwk),
  );
  const headers = { authorization: `Bearer ${token}`, accept };
  const sent =
    body === undefined
      ? { headers }
      : { ...method, headers: { ...headers, 'content-type': 'application/fhir+json' }, body: JSON.stringify(body) };
  const response = await fetch(query === undefined || query === '' ? url : `${url}?${query}`, sent);
  if (!response.ok) await answerOf(response);
  return response;
};

/**
 * All entries of one of the patient's own searches, page after page.
 * @throws ConsentServiceError
 */
export const readOwn = async (
  state: PatientState,
  environment: Environment,
  path: 'AuditEvent' | 'Consent',
  words: readonly (readonly [string, string])[] = [],
): Promise<readonly SearchEntry[]> => {
  const url = `${state.consentBaseUrl}/${path}`;
  const entries: SearchEntry[] = [];
  let query: string | undefined = new URLSearchParams(
    words.map(([name, value]): [string, string] => [name, value]),
  ).toString();
  while (query !== undefined) {
    const { entry = [], link = [] } = (await (await readOnce(state, environment, { path, query })).json()) as Searchset;
    entries.push(...entry);
    const next = link.find(({ relation }) => relation === 'next')?.url;
    // A token is for this address alone; a link that leads elsewhere is not followed.
    const words: string | undefined = next?.startsWith(`${url}?`) === true ? next.slice(url.length + 1) : undefined;
    query = words === query ? undefined : words;
  }
  return entries;
};

/** The consent service says beside each Consent what has become of it. */
export const ownConsent = ({ resource, search }: SearchEntry): OwnConsent => {
  const said = search?.extension?.find(({ url }) => url === 'urn:chartseal:directive')?.valueString;
  const { state, revokedAt } = JSON.parse(said ?? '{}') as { state?: unknown; revokedAt?: unknown };
  return {
    consent: resource,
    state: state === 'active' || state === 'revoked' ? state : 'unknown',
    ...(typeof revokedAt === 'string' ? { revokedAt } : {}),
  };
};

import type { Client } from 'fhir-kit-client';
import type { BackendClient, TokenRequest } from './backend-services.ts';
import { fhirClient } from './fhir-client.ts';

/** Of an organisation's entry in the directory (`chartseal directory list`, the contract's `List`) what a client of another needs. */
export type OrganizationEndpoints = {
  readonly id: string;
  readonly fhirBaseUrl: string | null;
  readonly tokenUrl: string | null;
  readonly status: 'active' | 'suspended';
};

/** The organisation cannot be asked: it is suspended, or says nowhere where it is. */
export class OrganizationError extends Error {
  override readonly name = 'OrganizationError';
}

/**
 * Acts at another organisation's gateway, which is where the directory says and nowhere that somebody wrote down: no endpoint is agreed on between two
 * alone, and one that moves is found where it went.
 * @throws OrganizationError; the Client's methods as those of `fhirClient`
 */
export const organizationClient = (
  client: BackendClient,
  { id, fhirBaseUrl, tokenUrl, status }: OrganizationEndpoints,
  request: Omit<TokenRequest, 'tokenUrl'>,
): Client => {
  if (status !== 'active') throw new OrganizationError(`${id} is suspended`);
  if (fhirBaseUrl === null || tokenUrl === null) throw new OrganizationError(`${id} has no FHIR or token endpoint`);
  return fhirClient(client, { ...request, fhirBaseUrl, tokenUrl });
};

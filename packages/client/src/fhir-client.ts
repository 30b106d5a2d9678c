import { Client } from 'fhir-kit-client';
import { accessTokens } from './access-token.ts';
import type { BackendClient, TokenRequest } from './backend-services.ts';

export type FhirClientOptions = TokenRequest & { readonly fhirBaseUrl: string };

/**
 * A fhir-kit-client Client that acts as this organisation: every request carries a valid access token, fetched when the last one
 * is about to expire. Its methods reject with TokenError where no token is given.
 *
 * It parses JSON with JSON.parse, which drops the precision of decimals (1.10 becomes 1.1). Who needs them to the digit
 * fetches the text and reads it with `parseJson` of @chartseal/fhir.
 */
export const fhirClient = (client: BackendClient, { fhirBaseUrl, ...request }: FhirClientOptions): Client => {
  const token = accessTokens(client, request);
  // It is awaited, as the library's README shows; the type of its configuration says void.
  const sign: (url: string, init: RequestInit) => unknown = async (_url, { headers }) => {
    const bearer = `Bearer ${await token()}`;
    if (headers instanceof Headers) headers.set('authorization', bearer);
  };
  return new Client({ baseUrl: fhirBaseUrl, requestSigner: sign });
};

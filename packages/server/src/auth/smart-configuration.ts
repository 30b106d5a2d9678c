import type { RequestHandler } from 'express';
import { sendText } from '../http/send-fhir.ts';
import type { ClientCertificates } from './client-certificate.ts';
import { ERASURE_SCOPE } from './scope.ts';
import { ASSERTION_ALGORITHMS, type Issuer } from './issuer.ts';

/** `/fhir/.well-known/smart-configuration`: public, and only what works. https://hl7.org/fhir/smart-app-launch/conformance.html */
export const smartConfiguration = (
  { issuer, tokenUrl, jwksUrl }: Issuer,
  clientCertificates: ClientCertificates,
): RequestHandler => {
  const text = JSON.stringify({
    issuer,
    jwks_uri: jwksUrl,
    token_endpoint: tokenUrl,
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    grant_types_supported: ['client_credentials'],
    scopes_supported: ['system/*.cruds', 'system/*.rs', ERASURE_SCOPE],
    ...(clientCertificates === 'off' ? {} : { tls_client_certificate_bound_access_tokens: true }),
    capabilities: ['client-confidential-asymmetric', 'permission-v2'],
  });
  return (_req, res) => sendText(res, 200, text, 'application/json');
};

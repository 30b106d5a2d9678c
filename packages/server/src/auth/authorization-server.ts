import { type ChartsealError, type ClientStore, type PrivateJwk, isKind } from '@chartseal/ports';
import { type Adapter, type AdapterPayload, type Configuration, Provider, errors } from 'oidc-provider';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { RateLimit } from '../http/rate-limit.ts';
import { safeError } from '../errors/safe-error.ts';
import { type TokenRequest, type TokenRequests, checkAssertion } from './assertion.ts';
import { claimClient } from './claimed-client.ts';
import { certificateOf, type ClientCertificates } from './client-certificate.ts';
import type { ClientRegistry, KnownClient } from './client-registry.ts';
import { decideScope } from './decide-grant.ts';
import {
  ASSERTION_ALGORITHMS,
  CLOCK_TOLERANCE_SECONDS,
  type Issuer,
  TOKEN_ALGORITHM,
  TOKEN_LIFETIME_SECONDS,
} from './issuer.ts';
import { sealReason } from './sealed-reason.ts';

export type AuthorizationServerOptions = {
  readonly issuer: Issuer;
  /** ES384. */
  readonly signingKey: PrivateJwk;
  readonly registry: ClientRegistry;
  readonly clients: Pick<ClientStore, 'useJti'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Of requests by clients that have proved who they are. */
  readonly limit: RateLimit;
  readonly clientCertificates: ClientCertificates;
};

/** 503 in OAuth's own form: a store or a ledger that does not answer says nothing about the client. */
const unavailable = (cause: unknown): Error => {
  const error = new errors.OIDCProviderError(503, 'temporarily_unavailable', { cause });
  error.error_description = 'try again later';
  error.expose = true;
  return error;
};

/** In OAuth's own form (RFC 6749 §5.2 has no word for it; RFC 6585 has the status). */
const tooMany = (cause: ChartsealError): Error => {
  const error = new errors.OIDCProviderError(429, 'temporarily_unavailable', { cause });
  error.error_description = 'too many requests';
  error.expose = true;
  return error;
};

const isPassing = (error: unknown): boolean =>
  isKind(error, 'ledger-stale') || isKind(error, 'ledger-unavailable') || isKind(error, 'store-unavailable');

const metadataOf = (
  { clientId, jwks }: KnownClient,
  certificates: ClientCertificates,
  hasCertificate: boolean,
): AdapterPayload => ({
  tls_client_certificate_bound_access_tokens:
    certificates === 'required' || (certificates === 'optional' && hasCertificate),
  client_id: clientId,
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
  token_endpoint_auth_method: 'private_key_jwt',
  jwks: { keys: jwks.keys.map((key) => ({ ...key })) },
});

/** Looks clients up and keeps nothing: access tokens are JWTs, and a jti is used up in `checkAssertion`. */
const adapterOf =
  (
    findClient: (clientId: string) => Promise<KnownClient | undefined>,
    metadata: (client: KnownClient) => AdapterPayload,
  ) =>
  (model: string): Adapter => ({
    find: async (id) => {
      const client = model === 'Client' ? await findClient(id) : undefined;
      return client === undefined ? undefined : metadata(client);
    },
    upsert: async () => {},
    findByUid: async () => undefined,
    findByUserCode: async () => undefined,
    destroy: async () => {},
    revokeByGrantId: async () => {},
    consume: async () => {},
  });

/** Everything off but what SMART Backend Services needs. */
const FEATURES_OFF = {
  devInteractions: { enabled: false },
  dPoP: { enabled: false },
  pushedAuthorizationRequests: { enabled: false },
  rpInitiatedLogout: { enabled: false },
  userinfo: { enabled: false },
} as const;

type ResourceIndicators = NonNullable<NonNullable<Configuration['features']>['resourceIndicators']>;

/** Every token is for the FHIR API. The scope is decided here, because oidc-provider would drop what it does not know and grant the rest. */
const resourceIndicators = (issuer: Issuer, clientOf: () => KnownClient | undefined): ResourceIndicators => ({
  enabled: true,
  defaultResource: () => issuer.fhirBaseUrl,
  getResourceServerInfo: (ctx, resource) => {
    if (resource !== issuer.fhirBaseUrl) throw new errors.InvalidTarget();
    const client = clientOf();
    const asked = ctx.oidc.params?.['scope'];
    const scope = client && decideScope(client, typeof asked === 'string' ? asked : undefined);
    if (scope === undefined) throw new errors.InvalidScope('scope is missing, unknown or more than is allowed', '');
    return {
      scope,
      audience: issuer.fhirBaseUrl,
      accessTokenTTL: TOKEN_LIFETIME_SECONDS,
      accessTokenFormat: 'jwt',
      jwt: { sign: { alg: TOKEN_ALGORITHM } },
    };
  },
});

/** Runs what asks the store or the ledger: if they do not answer, that is a 503 and not the client's fault. */
const asking = async <T>(ask: () => Promise<T>): Promise<T> => {
  try {
    return await ask();
  } catch (error) {
    if (isKind(error, 'rate-limited')) throw tooMany(error);
    throw isPassing(error) ? unavailable(error) : error;
  }
};

const clientFinder =
  (registry: ClientRegistry, requestOf: () => TokenRequest) =>
  async (clientId: string): Promise<KnownClient | undefined> => {
    const client = await asking(() => registry.find(clientId));
    if (client !== undefined) {
      requestOf().client = client;
      const req = Provider.ctx?.req;
      if (req !== undefined) claimClient(req, client.clientId);
    }
    return client;
  };

/** What our tokens say beyond RFC 9068; `tokenVerifier` reads it back. */
const claimsOf = async (
  { client, purpose, keyPrint }: TokenRequest,
  signingKey: PrivateJwk,
): Promise<Record<string, unknown>> => {
  if (client === undefined || purpose === undefined) throw new Error('a token without a purpose');
  const { kind, organization } = client;
  const { subject, reason } = purpose;
  const claims = {
    kind,
    organization,
    purpose: purpose.purpose,
    subject,
    ...(keyPrint === undefined ? {} : { keyPrint }),
  };
  return reason === undefined ? claims : { ...claims, reason: await sealReason(reason, signingKey) };
};

/**
 * The token endpoint: oidc-provider does OAuth and JOSE, the hooks say who our clients are, what their assertions must
 * hold and what they may ask for. Only `/token` and `/jwks` are to be reached from outside.
 */
export const authorizationServer = (options: AuthorizationServerOptions): Provider => {
  const { issuer, signingKey, registry, log, clock, limit, clientCertificates } = options;
  const requests: TokenRequests = new WeakMap();
  const requestOf = (): TokenRequest => {
    const req = Provider.ctx?.req;
    if (req === undefined) throw new Error('outside of a token request');
    const request = requests.get(req) ?? {};
    requests.set(req, request);
    return request;
  };
  const certificateNow = (): string | undefined => {
    const req = Provider.ctx?.req;
    return req === undefined || clientCertificates === 'off' ? undefined : certificateOf(req);
  };
  const configuration: Configuration = {
    adapter: adapterOf(clientFinder(registry, requestOf), (client) =>
      metadataOf(client, clientCertificates, certificateNow() !== undefined),
    ),
    jwks: { keys: [{ ...signingKey, kty: 'EC', alg: TOKEN_ALGORITHM, use: 'sig' }] },
    clientAuthMethods: ['private_key_jwt'],
    // No id token is ever issued, but client metadata must name an algorithm for it that the signing key can do.
    enabledJWA: { clientAuthSigningAlgValues: [...ASSERTION_ALGORITHMS], idTokenSigningAlgValues: [TOKEN_ALGORITHM] },
    clientDefaults: {
      id_token_signed_response_alg: TOKEN_ALGORITHM,
      grant_types: ['client_credentials'],
      response_types: [],
    },
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    ttl: { ClientCredentials: TOKEN_LIFETIME_SECONDS },
    scopes: [],
    responseTypes: [],
    routes: { token: '/token', jwks: '/jwks' },
    assertJwtClientAuthClaimsAndHeader: (_ctx, claims, header) =>
      asking(() =>
        checkAssertion(requestOf(), claims, header, {
          issuer,
          clients: options.clients,
          wallMs: () => clock.wallMs(),
          limit,
        }),
      ),
    extraTokenClaims: () => claimsOf(requestOf(), signingKey),
    features: {
      ...FEATURES_OFF,
      clientCredentials: { enabled: true },
      ...(clientCertificates === 'off'
        ? {}
        : { mTLS: { enabled: true, certificateBoundAccessTokens: true, getCertificate: certificateNow } }),
      resourceIndicators: resourceIndicators(issuer, () => requestOf().client),
    },
  };
  const provider = new Provider(issuer.issuer, configuration);
  provider.proxy = true;
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.status === 503 || ctx.status === 429) ctx.set('Retry-After', '1');
  });
  provider.on('server_error', (_ctx, error) => log.error({ error: safeError(error) }, 'token endpoint failed'));
  return provider;
};

import type { ClientStore } from '@chartseal/ports';
import { type KoaContextWithOIDC, errors } from 'oidc-provider';
import type { RateLimit } from '../http/rate-limit.ts';
import type { KnownClient } from './client-registry.ts';
import { type PurposeDecision, decidePurpose } from './decide-grant.ts';
import { keyOfKid, keyPrint } from './key-print.ts';
import { ASSERTION_LIFETIME_SECONDS, CLOCK_TOLERANCE_SECONDS, type Issuer } from './issuer.ts';

/** What was found out about one token request, between oidc-provider's hooks. */
export type TokenRequest = {
  client?: KnownClient;
  purpose?: Extract<PurposeDecision, { effect: 'granted' }>;
  /** Which of the client's keys signed. */
  keyPrint?: string;
  /** PEM. */
  certificate?: string;
};
export type TokenRequests = WeakMap<KoaContextWithOIDC['req'], TokenRequest>;

type Claims = { readonly [member: string]: unknown };

const LONGEST_JTI = 256;

const lifetime = (claims: Claims, nowSeconds: number): number => {
  const exp = claims['exp'];
  if (typeof exp !== 'number' || exp <= nowSeconds) throw new errors.InvalidClientAuth('the assertion has expired');
  if (exp > nowSeconds + ASSERTION_LIFETIME_SECONDS + CLOCK_TOLERANCE_SECONDS) {
    throw new errors.InvalidClientAuth('the assertion lives longer than 5 minutes');
  }
  return exp;
};

/**
 * What SMART asks of an assertion beyond RFC 7523, after oidc-provider has verified its signature: audience exactly the
 * token URL, at most 5 minutes, one purpose, and the jti once: a unique row in the store, since oidc-provider's own
 * look-then-save would let two requests at the same moment both pass.
 */
export const checkAssertion = async (
  request: TokenRequest,
  claims: Claims,
  header: Readonly<Record<string, unknown>>,
  options: {
    readonly issuer: Issuer;
    readonly clients: Pick<ClientStore, 'useJti'>;
    readonly wallMs: () => number;
    readonly limit: RateLimit;
  },
): Promise<void> => {
  const { client } = request;
  if (client === undefined) throw new errors.InvalidClientAuth('no client');
  const { aud, jti, sub } = claims;
  if (aud !== options.issuer.tokenUrl) throw new errors.InvalidClientAuth('aud is not the token URL');
  if (sub !== client.clientId) throw new errors.InvalidClientAuth('sub is not the client');
  if (typeof jti !== 'string' || jti.length > LONGEST_JTI) throw new errors.InvalidClientAuth('jti is not usable');
  const key = keyOfKid(client.jwks.keys, header['kid']);
  // oidc-provider tries every key where there is no kid (SMART demands one): a token that is bound to none would outlive the stolen key behind it.
  if (key === undefined && client.kind === 'other') throw new errors.InvalidClientAuth('kid does not name one key');
  const exp = lifetime(claims, Math.floor(options.wallMs() / 1000));
  const purpose = decidePurpose(client, claims);
  if (purpose.effect === 'refused') throw new errors.InvalidRequest(purpose.because);
  const use = await options.clients.useJti(client.clientId, jti, (exp + CLOCK_TOLERANCE_SECONDS) * 1000);
  if (use === 'again') throw new errors.InvalidClientAuth('the assertion was used before');
  // Who has proved to be the client: others could use up what it may ask for.
  await options.limit.take(`token ${client.clientId}`);
  if (key !== undefined) request.keyPrint = keyPrint(key);
  request.purpose = purpose;
};

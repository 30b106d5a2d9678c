import { createHash } from 'node:crypto';
import { ChartsealError, type PrivateJwk } from '@chartseal/ports';
import { type JWK, importJWK, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Clock } from '../clock.ts';
import { CLOCK_TOLERANCE_SECONDS, type Issuer, TOKEN_ALGORITHM, TOKEN_LIFETIME_SECONDS } from './issuer.ts';
import type { Principal } from './principal.ts';
import { parseScopes } from './scope.ts';
import { openReason } from './sealed-reason.ts';

const tokenClaims = z.object({
  kind: z.enum(['own', 'other']),
  client_id: z.string(),
  organization: z.string(),
  purpose: z.string(),
  scope: z.string(),
  subject: z.record(z.string(), z.string()).default({}),
  reason: z.string().optional(),
  keyPrint: z.string().optional(),
  cnf: z.object({ 'x5t#S256': z.string() }).optional(),
  jti: z.string(),
  exp: z.number(),
});

/** Resolves the principal of an access token; rejects with `unauthenticated`, code `invalid_token`. */
export type VerifyToken = (token: string) => Promise<Principal>;

/** A token is verified once; afterwards its hash is known until it expires. ES384 costs more than most reads. */
const REMEMBERED = 1000;

const invalidToken = (cause?: unknown): ChartsealError =>
  new ChartsealError(
    'unauthenticated',
    'the access token is invalid or has expired',
    { code: 'invalid_token' },
    { cause },
  );

const publicPart = ({ kty, crv, x, y }: JWK): JWK => ({
  ...(kty === undefined ? {} : { kty }),
  ...(crv === undefined ? {} : { crv }),
  ...(x === undefined ? {} : { x }),
  ...(y === undefined ? {} : { y }),
});

/** Neither over, nor further off than any token of ours lives: that one was issued while the clock was ahead, and would outlive its five minutes. */
const isCurrent = (expiresAtMs: number, clock: Clock): boolean => {
  const leftMs = expiresAtMs - clock.wallMs();
  return leftMs > 0 && leftMs <= (TOKEN_LIFETIME_SECONDS + CLOCK_TOLERANCE_SECONDS) * 1000;
};

/** Verifies our own access tokens (RFC 9068): signature, typ, issuer, audience, expiry. */
export const tokenVerifier = async (options: {
  readonly issuer: Issuer;
  readonly signingKey: PrivateJwk;
  readonly clock: Clock;
}): Promise<VerifyToken> => {
  const { issuer, clock } = options;
  const key = await importJWK(publicPart(options.signingKey), TOKEN_ALGORITHM);
  const known = new Map<string, { principal: Principal; expiresAtMs: number }>();

  const verify = async (token: string): Promise<{ principal: Principal; expiresAtMs: number }> => {
    const { payload } = await jwtVerify(token, key, {
      issuer: issuer.issuer,
      audience: issuer.fhirBaseUrl,
      algorithms: [TOKEN_ALGORITHM],
      typ: 'at+jwt',
      currentDate: new Date(clock.wallMs()),
    });
    const claims = tokenClaims.parse(payload);
    if (!isCurrent(claims.exp * 1000, clock)) throw invalidToken();
    const { kind, client_id: clientId, organization, purpose, subject, reason, keyPrint, cnf, jti: tokenId } = claims;
    const scopes = parseScopes(claims.scope) ?? [];
    const said = { kind, clientId, organization, purpose, scopes, subject, tokenId };
    const principal: Principal = {
      ...said,
      ...(reason === undefined ? {} : { reason: await openReason(reason, options.signingKey) }),
      ...(keyPrint === undefined ? {} : { keyPrint }),
      ...(cnf === undefined ? {} : { certificateThumbprint: cnf['x5t#S256'] }),
    };
    return { principal, expiresAtMs: claims.exp * 1000 };
  };

  return async (token) => {
    const hash = createHash('sha256').update(token).digest('base64');
    const remembered = known.get(hash);
    if (remembered !== undefined) {
      if (isCurrent(remembered.expiresAtMs, clock)) return remembered.principal;
      known.delete(hash);
      throw invalidToken();
    }
    const fresh = await verify(token).catch((error: unknown) => {
      throw invalidToken(error);
    });
    const [oldest] = known.keys();
    if (known.size >= REMEMBERED && oldest !== undefined) known.delete(oldest);
    known.set(hash, fresh);
    return fresh.principal;
  };
};

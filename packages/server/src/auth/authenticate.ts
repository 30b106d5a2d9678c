import { ChartsealError } from '@chartseal/ports';
import type { Request, RequestHandler, Response } from 'express';
import { contextOf } from '../http/request-context.ts';
import type { DirectoryEntry } from '../ledger-view/directory.ts';
import type { RateLimit } from '../http/rate-limit.ts';
import { claimClient } from './claimed-client.ts';
import { certificateOf, certificateThumbprint } from './client-certificate.ts';
import { claimablePurposes } from './client-registry.ts';
import { keyPrint } from './key-print.ts';
import type { Principal } from './principal.ts';
import { type Permission, permits } from './scope.ts';
import type { VerifyToken } from './verify-token.ts';

export type Directory = { organization(id: string): DirectoryEntry | undefined };

/** RFC 6750 §2.1; the other two ways to send a token are not taken. */
const bearerOf = (req: Request): string => {
  const [, token] = /^bearer ([A-Za-z0-9._~+/-]+=*)$/i.exec(req.headers.authorization ?? '') ?? [];
  if (token === undefined) throw new ChartsealError('unauthenticated', 'an access token is required');
  return token;
};

/** A suspension, a purpose or a key taken away, acts at once and not when the token expires. @throws ChartsealError `unauthenticated` */
export const assertStillIn = (principal: Principal, directory: Directory): void => {
  if (principal.kind === 'own') return;
  const entry = directory.organization(principal.organization);
  const { keyPrint: signedBy } = principal;
  const hasKey = signedBy === undefined || (entry?.jwks.keys ?? []).some((key) => keyPrint(key) === signedBy);
  if (hasKey && claimablePurposes(entry).includes(principal.purpose)) return;
  throw new ChartsealError('unauthenticated', 'the organization may not use this token any more', {
    code: 'invalid_token',
  });
};

/** RFC 8705 §3: a bound token in other hands is none. */
const assertBound = ({ certificateThumbprint: bound }: Principal, req: Request): void => {
  if (bound === undefined) return;
  const certificate = certificateOf(req);
  if (certificate !== undefined && certificateThumbprint(certificate) === bound) return;
  throw new ChartsealError('unauthenticated', 'the access token is bound to another certificate', {
    code: 'invalid_token',
  });
};

export type RateLimits = Readonly<Record<Principal['kind'], RateLimit>>;

/** 401 without a valid access token of ours; afterwards `principalOf` answers who calls. */
export const authenticate =
  (options: {
    readonly verifyToken: VerifyToken;
    readonly directory: Directory;
    readonly limits: RateLimits;
  }): RequestHandler =>
  async (req, res, next) => {
    const principal = await options.verifyToken(bearerOf(req));
    claimClient(req, principal.clientId);
    assertBound(principal, req);
    assertStillIn(principal, options.directory);
    await options.limits[principal.kind].take(principal.clientId);
    contextOf(res).principal = principal;
    next();
  };

/**
 * For paths that may disclose: another organisation's request waits for a view of the ledger that is fresh, or fails with
 * 503 before anything is looked up; then its directory entry is looked at once more. Own clients pass.
 */
export const requireFresh =
  (options: { readonly freshness: { ensureFresh(): Promise<void> }; readonly directory: Directory }): RequestHandler =>
  async (_req, res, next) => {
    const principal = principalOf(res);
    if (principal.kind === 'other') {
      await options.freshness.ensureFresh();
      assertStillIn(principal, options.directory);
    }
    next();
  };

/** @throws ChartsealError `unauthenticated` where `authenticate` did not run. */
export const principalOf = (res: Response): Principal => {
  const { principal } = contextOf(res);
  if (principal === undefined) throw new ChartsealError('unauthenticated', 'an access token is required');
  return principal;
};

/** Refuses with `forbidden` what the token's scopes do not cover; another organisation's write whatever they say. */
export const requireScope = (principal: Principal, resourceType: string, permission: Permission): void => {
  const writes = permission !== 'r' && permission !== 's';
  if ((principal.kind === 'own' || !writes) && permits(principal.scopes, resourceType, permission)) return;
  throw new ChartsealError('forbidden', 'the access token does not allow this');
};

/** Refuses with `forbidden` whatever is for this hospital's own systems alone. */
export const requireOwn = (principal: Principal): void => {
  if (principal.kind !== 'own') throw new ChartsealError('forbidden', 'this is for the own organization alone');
};

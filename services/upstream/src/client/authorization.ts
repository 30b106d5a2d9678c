import { clientAssertion } from '@chartseal/client';
import type { Clock } from '@chartseal/server';
import { type Dispatcher, request } from 'undici';
import { statusError } from './as-upstream-error.ts';
import { UpstreamError } from './upstream-error.ts';

/** A private key as its owner keeps it: `kid` and `alg` (ES256, ES384 or RS384) are in it. */
export type ClientKey = Parameters<typeof clientAssertion>[0]['privateJwk'];

/** How the upstream knows us. */
export type Authorization =
  | { readonly kind: 'none' }
  | { readonly kind: 'bearer'; readonly token: string }
  /** SMART Backend Services. */
  | {
      readonly kind: 'backend-services';
      readonly tokenUrl: string;
      readonly clientId: string;
      readonly scope: string;
      readonly key: ClientKey;
    };

export type Tokens = {
  /** For the header `Authorization`; undefined if none is wanted. */
  current(): Promise<string | undefined>;
  /** The upstream did not take it: the next is a new one. */
  forget(): void;
};

const renewBeforeExpiryMs = 30_000;
const unstatedLifetimeMs = 60_000;

type BackendServices = Extract<Authorization, { readonly kind: 'backend-services' }>;
type Token = { readonly value: string; readonly lifetimeMs: number };

/** RFC 6749 §4.4 with the assertion of RFC 7523. */
const askToken = async (
  { tokenUrl, clientId, scope, key }: BackendServices,
  dispatcher: Dispatcher,
  clock: Clock,
): Promise<Token> => {
  const client = { clientId, organization: '', privateJwk: key, scope };
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    scope,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await clientAssertion(client, { tokenUrl }),
  });
  const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
  const answer = await request(tokenUrl, { dispatcher, method: 'POST', headers, body: body.toString() });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) {
    const retryAfter = answer.headers['retry-after'];
    const error = statusError(
      answer.statusCode,
      typeof retryAfter === 'string' ? retryAfter : undefined,
      clock.wallMs(),
    );
    // 400 is OAuth's word for a client that it does not know (RFC 6749 §5.2).
    throw error.code === 'away' || error.code === 'throttled'
      ? error
      : new UpstreamError('denied', `the upstream's token endpoint answered with status ${answer.statusCode}`);
  }
  return tokenOf(text);
};

const tokenOf = (text: string): Token => {
  try {
    const { access_token: value, expires_in: seconds } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    if (typeof value === 'string' && /^[\x21-\x7e]+$/.test(value))
      return { value, lifetimeMs: typeof seconds === 'number' ? seconds * 1000 : unstatedLifetimeMs };
  } catch {
    // Told below.
  }
  throw new UpstreamError('protocol', 'the upstream’s token endpoint answered without a token');
};

/** Tokens for the upstream, each kept until shortly before it ends. */
export const tokensFor = (authorization: Authorization, dispatcher: Dispatcher, clock: Clock): Tokens => {
  if (authorization.kind !== 'backend-services') {
    const token = authorization.kind === 'none' ? undefined : authorization.token;
    return { current: async () => token, forget: () => {} };
  }
  let kept: { readonly value: string; readonly untilMs: number } | undefined;
  return {
    current: async () => {
      const nowMs = clock.monotonicMs();
      if (kept === undefined || nowMs >= kept.untilMs) {
        const { value, lifetimeMs } = await askToken(authorization, dispatcher, clock);
        kept = { value, untilMs: nowMs + Math.max(lifetimeMs - renewBeforeExpiryMs, lifetimeMs / 2) };
      }
      return kept.value;
    },
    forget: () => {
      kept = undefined;
    },
  };
};

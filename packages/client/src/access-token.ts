import { requestToken, type AccessToken, type BackendClient, type TokenRequest } from './backend-services.ts';

/** Tokens live five minutes; one that could end while a request travels is not used any more. */
const renewBeforeExpiryMs = 30_000;

/**
 * A source of valid access tokens: asks for one when it is needed, keeps it until shortly before it expires, and lets those
 * who ask at the same time share one request. A refusal is not kept.
 * @param now milliseconds; only differences matter
 */
export const accessTokens = (
  client: BackendClient,
  request: TokenRequest,
  now: () => number = () => performance.now(),
): (() => Promise<string>) => {
  let current: { readonly token: Promise<AccessToken>; renewAt: number } | undefined;
  return async () => {
    if (current === undefined || now() >= current.renewAt) {
      const asked = now();
      const fresh = { token: requestToken(client, request), renewAt: Infinity };
      current = fresh;
      try {
        fresh.renewAt = asked + (await fresh.token).expiresInSeconds * 1000 - renewBeforeExpiryMs;
      } catch (error) {
        if (current === fresh) current = undefined;
        throw error;
      }
    }
    return (await current.token).accessToken;
  };
};

import { createHash } from 'node:crypto';

type Jwk = Readonly<Record<string, unknown>>;

/** Names a public key by what it is, whatever `kid` it goes by: the members of RFC 7638 §3.2. */
export const keyPrint = ({ kty, crv, x, y, n, e }: Jwk): string =>
  createHash('sha256')
    .update(JSON.stringify([kty, crv, x, y, n, e].map((member) => member ?? null)))
    .digest('base64url');

/** The key that signed, as its client's registration has it. Undefined where the assertion names none, or one of several by the same name. */
export const keyOfKid = (keys: readonly Jwk[], kid: unknown): Jwk | undefined => {
  const named = keys.filter((key) => kid !== undefined && key['kid'] === kid);
  return named.length === 1 ? named[0] : undefined;
};

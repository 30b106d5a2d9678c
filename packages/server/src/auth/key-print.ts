import { createHash } from 'node:crypto';

type Jwk = Readonly<Record<string, unknown>>;

/** Names a public key by what it is, whatever `kid` it goes by: the members of RFC 7638 §3.2. */
export const keyPrint = ({ kty, crv, x, y, n, e }: Jwk): string =>
  createHash('sha256')
    .update(JSON.stringify([kty, crv, x, y, n, e].map((member) => member ?? null)))
    .digest('base64url');

/** The key that signed, as its client's registration has it. */
export const keyOfKid = (keys: readonly Jwk[], kid: unknown): Jwk | undefined => keys.find((key) => key['kid'] === kid);

import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import type { PrivateJwk, Signer } from '@chartseal/ports';

export type StoredKey = {
  readonly algorithm: 'Ed25519' | 'ES256' | 'ES384';
  readonly jwk: Readonly<Record<string, string>>;
};

const generators = {
  Ed25519: () => generateKeyPairSync('ed25519'),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ES384: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
} satisfies Record<StoredKey['algorithm'], () => { privateKey: KeyObject }>;

export const newKey = (algorithm: StoredKey['algorithm']): StoredKey => ({
  algorithm,
  jwk: generators[algorithm]().privateKey.export({ format: 'jwk' }) as StoredKey['jwk'],
});

const signAsync = promisify(sign);

export const signerOf = ({ jwk }: StoredKey, algorithm: Signer['algorithm']): Signer => {
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  return {
    algorithm,
    publicKey: new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' })),
    sign: async (data) =>
      algorithm === 'Ed25519'
        ? new Uint8Array(await signAsync(null, data, key))
        : new Uint8Array(await signAsync('sha256', data, { key, dsaEncoding: 'ieee-p1363' })),
  };
};

/** RFC 7638 §3: the required members of an EC key, sorted, without white space. */
const thumbprint = ({ crv, kty, x, y }: StoredKey['jwk']): string =>
  createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');

export const privateJwkOf = ({ algorithm, jwk }: StoredKey): PrivateJwk => ({
  ...jwk,
  kid: thumbprint(jwk),
  alg: algorithm,
});

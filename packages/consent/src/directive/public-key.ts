/** P-256 keys as JWK (RFC 7517, RFC 7518 §6.2), named by their thumbprint (RFC 7638). */
import { calculateJwkThumbprint, importJWK, type CryptoKey } from 'jose';
import { isBase64urlOf32Bytes } from './base64url.ts';
import { DirectiveError } from './directive-error.ts';

/** The members that make the key, and no other. */
export type PublicKey = { readonly kty: 'EC'; readonly crv: 'P-256'; readonly x: string; readonly y: string };

const is = (expected: unknown) => (value: unknown) => value === expected;

/** What devices add to a public key (RFC 7517 §4, Web Cryptography §14); it may say nothing else than what we use the key for. */
const allowed: Readonly<Record<string, (value: unknown) => boolean>> = {
  kty: is('EC'),
  crv: is('P-256'),
  x: (value) => typeof value === 'string' && isBase64urlOf32Bytes(value),
  y: (value) => typeof value === 'string' && isBase64urlOf32Bytes(value),
  alg: is('ES256'),
  use: is('sig'),
  ext: is(true),
  kid: (value) => typeof value === 'string' && value.length <= 128,
  key_ops: (value) => Array.isArray(value) && value.every(is('verify')),
};

/**
 * Reads a public key and leaves out what does not belong to it. A private member is refused: it would stay on the ledger for ever.
 * @throws DirectiveError `key`
 */
export const readPublicKey = (value: unknown): PublicKey => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw notAKey();
  const key = value as Readonly<Record<string, unknown>>;
  const fits = Object.keys(key).every((name) => Object.hasOwn(allowed, name) && allowed[name]?.(key[name]) === true);
  const { x, y } = key;
  if (!fits || key['kty'] !== 'EC' || key['crv'] !== 'P-256' || typeof x !== 'string' || typeof y !== 'string') {
    throw notAKey();
  }
  return { kty: 'EC', crv: 'P-256', x, y };
};

/** Base64url SHA-256 over the required members: the `kid` of everything that the key signs. */
export const thumbprint = (key: PublicKey): Promise<string> => calculateJwkThumbprint(key, 'sha256');

/** @throws DirectiveError `key` if x and y are no point of the curve */
export const importPublicKey = async (key: PublicKey): Promise<CryptoKey> => {
  try {
    const imported = await importJWK({ ...key }, 'ES256');
    if (!(imported instanceof Uint8Array)) return imported;
  } catch (cause) {
    throw new DirectiveError('key', 'the public key is not a point of P-256', { cause });
  }
  throw notAKey();
};

const notAKey = (): DirectiveError =>
  new DirectiveError('key', 'the public key is not a P-256 JWK of kty, crv, x and y');

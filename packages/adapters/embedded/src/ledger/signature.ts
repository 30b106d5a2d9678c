import { createPublicKey, hash, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

export const sha256Hex = (data: string | Uint8Array): string => hash('sha256', data, 'hex');

/** A public key from base64 SPKI DER; undefined unless it is Ed25519 or P-256. */
export function publicKeyOf(spki: string): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' });
    const isKnown = key.asymmetricKeyType === 'ed25519' || key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
    return isKnown ? key : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a base64 signature over `data` is the key's: `valid` or `invalid`, for bytes of any kind. */
export function checkSignature(key: KeyObject, data: Uint8Array, signature: string): 'valid' | 'invalid' {
  const bytes = Buffer.from(signature, 'base64');
  // One spelling of each signature, or a flipped bit in base64's spare bits would go unseen.
  if (bytes.toString('base64') !== signature || bytes.length !== 64) return 'invalid';
  const isGenuine =
    key.asymmetricKeyType === 'ed25519'
      ? verify(null, data, key, bytes)
      : verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, bytes);
  return isGenuine ? 'valid' : 'invalid';
}

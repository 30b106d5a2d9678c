/** Hashes over what was signed. Synchronous, so node:crypto: a forgotten `await` on a check must not pass for a yes. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { decodeBase64url, isBase64urlOf32Bytes } from './base64url.ts';
import { DirectiveError } from './directive-error.ts';
import { payloadBytesOf } from './jws.ts';

const hmac = (key: Uint8Array, message: Uint8Array): Buffer => {
  if (key.length !== 32) throw new DirectiveError('commitment', 'the key of a commitment has 32 bytes');
  return createHmac('sha256', key).update(message).digest();
};

/**
 * What a `put` says of its terms: base64url HMAC-SHA-256 (43 characters).
 * @param key 32 random bytes, one for each consent: without them the terms could be guessed from the ledger
 * @param canonical canonical bytes of the Consent (`canonicalBytes` of @chartseal/fhir)
 * @throws DirectiveError `commitment` for a key of another length
 */
export const consentCommitment = (key: Uint8Array, canonical: Uint8Array): string =>
  hmac(key, canonical).toString('base64url');

/** Whether `commitment` is to these bytes under this key. */
export const verifyCommitment = (key: Uint8Array, canonical: Uint8Array, commitment: string): boolean =>
  key.length === 32 &&
  isBase64urlOf32Bytes(commitment) &&
  timingSafeEqual(hmac(key, canonical), decodeBase64url(commitment, 'commitment', 'the commitment'));

/**
 * Names a payload: base64url SHA-256 of its bytes. An ES256 signature is another one each time, and anybody can make a second
 * valid one out of a first (n - s); so "the same again" is said of the payload.
 * @throws DirectiveError `header`, `signature`, `payload`
 */
export const payloadDigest = (jws: string): string =>
  createHash('sha256').update(payloadBytesOf(jws)).digest('base64url');

/** Base64url SHA-256 of an enrolment code: `codeHash` of an enrolment. */
export const enrolmentCodeHash = (code: string): string =>
  createHash('sha256').update(code, 'utf8').digest('base64url');

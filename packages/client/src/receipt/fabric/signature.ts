import type { webcrypto } from 'node:crypto';

type Bytes = Uint8Array<ArrayBuffer>;

/** Half of the order of P-256 (SEC 2 §2.4.2). */
const halfOrder = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;

/**
 * Whether it is an ECDSA signature with P-256 and SHA-256 that Fabric takes (fabric, bccsp/sw/ecdsa.go): DER, and s in the lower half of the
 * order. Every signature has a twin with the other s, which anyone can make; a receipt must not have two forms.
 */
export const isSignedBy = (key: webcrypto.CryptoKey, signature: Bytes, message: Bytes): Promise<boolean> => {
  const raw = readEcdsaSignature(signature, 32);
  if (raw === undefined || valueOf(raw.subarray(32)) > halfOrder) return Promise.resolve(false);
  return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, raw, message);
};

/**
 * r and s of a signature in DER (RFC 3279 §2.2.3), each of as many bytes as a coordinate has: the form of Web Cryptography. Undefined for any but
 * the one spelling.
 */
export const readEcdsaSignature = (der: Bytes, length: number): Bytes | undefined => {
  // Two numbers of P-521 take more than 127 bytes, and so a second byte for their length.
  const start = der[1] === 0x81 && (der[2] ?? 0) >= 0x80 ? 3 : 2;
  if (der[0] !== 0x30 || der[start - 1] !== der.length - start || (start === 2 && der.length > 129)) return undefined;
  const r = readInteger(der, start, length);
  const s = r === undefined ? undefined : readInteger(der, r.end, length);
  if (r === undefined || s?.end !== der.length) return undefined;
  return Uint8Array.from([...r.number, ...s.number]);
};

/** A positive INTEGER of at most so many bytes, in as few as it needs. */
const readInteger = (
  der: Bytes,
  at: number,
  most: number,
): { readonly number: Bytes; readonly end: number } | undefined => {
  const length = der[at + 1] ?? 0;
  const end = at + 2 + length;
  const [first = 0x80, second = 0] = der.subarray(at + 2, end);
  if (der[at] !== 0x02 || length === 0 || end > der.length || first >= 0x80) return undefined;
  if (first === 0 && second < 0x80) return undefined;
  const digits = der.subarray(first === 0 ? at + 3 : at + 2, end);
  if (digits.length > most) return undefined;
  const number = new Uint8Array(most);
  number.set(digits, most - digits.length);
  return { number, end };
};

const valueOf = (number: Bytes): bigint => number.reduce((value, byte) => value * 256n + BigInt(byte), 0n);

import type { webcrypto } from 'node:crypto';

type Bytes = Uint8Array<ArrayBuffer>;

/** Half of the order of P-256 (SEC 2 §2.4.2). */
const halfOrder = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;

/**
 * Whether it is an ECDSA signature with P-256 and SHA-256 that Fabric takes (fabric, bccsp/sw/ecdsa.go): DER, and s in the lower half of the
 * order. Every signature has a twin with the other s, which anyone can make; a receipt must not have two forms.
 */
export const isSignedBy = (key: webcrypto.CryptoKey, signature: Bytes, message: Bytes): Promise<boolean> => {
  const raw = rawSignature(signature);
  if (raw === undefined) return Promise.resolve(false);
  return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, raw, message);
};

/** r and s, of 32 bytes each, of a signature in DER (RFC 3279 §2.2.3); undefined for any but the one spelling, and for a high s. */
const rawSignature = (der: Bytes): Bytes | undefined => {
  if (der[0] !== 0x30 || der[1] !== der.length - 2) return undefined;
  const r = readInteger(der, 2);
  const s = r === undefined ? undefined : readInteger(der, r.end);
  if (r === undefined || s?.end !== der.length || valueOf(s.number) > halfOrder) return undefined;
  return Uint8Array.from([...r.number, ...s.number]);
};

/** A positive INTEGER of at most 256 bits, in as few bytes as it needs. */
const readInteger = (der: Bytes, at: number): { readonly number: Bytes; readonly end: number } | undefined => {
  const length = der[at + 1] ?? 0;
  const end = at + 2 + length;
  const [first = 0x80, second = 0] = der.subarray(at + 2, end);
  if (der[at] !== 0x02 || length === 0 || end > der.length || first >= 0x80) return undefined;
  if (first === 0 && second < 0x80) return undefined;
  const digits = der.subarray(first === 0 ? at + 3 : at + 2, end);
  if (digits.length > 32) return undefined;
  const number = new Uint8Array(32);
  number.set(digits, 32 - digits.length);
  return { number, end };
};

const valueOf = (number: Bytes): bigint => number.reduce((value, byte) => value * 256n + BigInt(byte), 0n);

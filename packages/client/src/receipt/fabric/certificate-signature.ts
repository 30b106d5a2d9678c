/** Whether the key of one certificate signed another: the algorithms that Fabric's authorities have (RFC 5758, RFC 8410, RFC 4055). */
import { ed25519 } from '@noble/curves/ed25519.js';
import type { Certificate } from './certificate.ts';
import { readEcdsaSignature } from './signature.ts';

type Bytes = Uint8Array<ArrayBuffer>;
type Signed = Pick<Certificate, 'algorithm' | 'signature' | 'signed'>;

const hashes: Readonly<Record<string, string>> = {
  '1.2.840.10045.4.3.2': 'SHA-256',
  '1.2.840.10045.4.3.3': 'SHA-384',
  '1.2.840.10045.4.3.4': 'SHA-512',
  '1.2.840.113549.1.1.11': 'SHA-256',
  '1.2.840.113549.1.1.12': 'SHA-384',
  '1.2.840.113549.1.1.13': 'SHA-512',
};

/** Named curves with the length of a coordinate in bytes. */
const curves: readonly (readonly [namedCurve: string, length: number])[] = [
  ['P-256', 32],
  ['P-384', 48],
  ['P-521', 66],
];

/** @param publicKey DER of a SubjectPublicKeyInfo; one of another kind than the signature has signed nothing */
export const isSignedByKey = async (certificate: Signed, publicKey: Bytes): Promise<boolean> => {
  const { algorithm } = certificate;
  if (algorithm === '1.3.101.112') return isEd25519(certificate, publicKey);
  const hash = hashes[algorithm];
  if (hash === undefined) return false;
  return algorithm.startsWith('1.2.840.10045.')
    ? isEcdsa(certificate, hash, publicKey)
    : isRsa(certificate, hash, publicKey);
};

const isEcdsa = async ({ signature, signed }: Signed, hash: string, publicKey: Bytes): Promise<boolean> => {
  for (const [namedCurve, length] of curves) {
    const key = await imported(publicKey, { name: 'ECDSA', namedCurve });
    if (key === undefined) continue;
    const raw = readEcdsaSignature(signature, length);
    return raw !== undefined && crypto.subtle.verify({ name: 'ECDSA', hash }, key, raw, signed);
  }
  return false;
};

const isRsa = async ({ signature, signed }: Signed, hash: string, publicKey: Bytes): Promise<boolean> => {
  const key = await imported(publicKey, { name: 'RSASSA-PKCS1-v1_5', hash });
  return key !== undefined && crypto.subtle.verify('RSASSA-PKCS1-v1_5', key, signature, signed);
};

/** RFC 8410 §4: 12 bytes of algorithm and length, then the key. Not of Web Cryptography, which has it in newer browsers alone. */
const isEd25519 = ({ signature, signed }: Signed, publicKey: Bytes): boolean => {
  const isKey = publicKey.length === 44 && ed25519Prefix.every((byte, index) => publicKey[index] === byte);
  return isKey && ed25519.verify(signature, signed, publicKey.subarray(12), { zip215: false });
};

const ed25519Prefix = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

const imported = (
  publicKey: Bytes,
  algorithm: { readonly name: string; readonly namedCurve: string } | { readonly name: string; readonly hash: string },
) => crypto.subtle.importKey('spki', publicKey, algorithm, false, ['verify']).catch(() => undefined);

/** The injected functions, on Node's own crypto. Nothing else in this package needs Node. */
export { directoryTiles, type DirectoryTiles } from './directory-tiles.ts';
import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, sign, verify } from 'node:crypto';
import type { Sha256 } from './merkle-hash.ts';
import type { SignEd25519, VerifyEd25519 } from './signed-note.ts';

/** By way of a string: Node makes one, and a Buffer of it, in half the time of the Buffer that `hash` would make itself. */
export const sha256: Sha256 = (data) => Buffer.from(hash('sha256', data, 'binary'), 'latin1');

/** RFC 8410: what comes before the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo. */
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');

export const verifyEd25519: VerifyEd25519 = (publicKey, message, signature) =>
  publicKey.length === 32 &&
  verify(
    null,
    message,
    createPublicKey({ key: Buffer.concat([spkiPrefix, publicKey]), format: 'der', type: 'spki' }),
    signature,
  );

/** The raw 32 bytes of an Ed25519 SubjectPublicKeyInfo (DER). */
export const rawEd25519 = (spki: Uint8Array): Uint8Array => spki.subarray(spkiPrefix.length);

/** A new key pair: raw public key, PKCS#8 private key (DER), and its signer. */
export const generateEd25519 = (): { publicKey: Uint8Array; privateKey: Uint8Array; sign: SignEd25519 } => {
  const pair = generateKeyPairSync('ed25519');
  const publicKey = new Uint8Array(rawEd25519(pair.publicKey.export({ format: 'der', type: 'spki' })));
  const privateKey = new Uint8Array(pair.privateKey.export({ format: 'der', type: 'pkcs8' }));
  return { publicKey, privateKey, sign: ed25519Signer(privateKey) };
};

export const ed25519Signer = (pkcs8: Uint8Array): SignEd25519 => {
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  return (message) => new Uint8Array(sign(null, message, key));
};

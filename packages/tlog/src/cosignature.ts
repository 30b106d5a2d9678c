/** https://c2sp.org/tlog-cosignature, Ed25519: a witness says that it saw a log grow up to a checkpoint, and when. */
import { concat, equalBytes, toBase64 } from './bytes.ts';
import type { Sha256 } from './merkle-hash.ts';
import {
  formatKey,
  makeKey,
  parseKey,
  parseNote,
  parseSignature,
  type NoteSignature,
  type SignEd25519,
  type VerifierKey,
  type VerifyEd25519,
} from './signed-note.ts';
import { requireSize, TlogError } from './tlog-error.ts';

/** "Format": the algorithm byte of keys and signatures, so that no signature of a log is one of a witness. */
export const cosignatureAlgorithm = 0x04;

const timestampLength = 8;
const ed25519SignatureLength = 64;

/** A witness's key. A key pair is one witness's alone: what it signs does not say the witness's name. */
export type CosignerKey = VerifierKey & { readonly algorithm: typeof cosignatureAlgorithm };

/** @throws TlogError `malformed` */
export const makeCosignerKey = (sha256: Sha256, name: string, publicKey: Uint8Array): CosignerKey => ({
  ...makeKey(sha256, cosignatureAlgorithm, name, publicKey),
  algorithm: cosignatureAlgorithm,
});

/** `<name>+<hex key ID>+<base64(0x04 || public key)>` */
export const formatCosignerKey = (key: CosignerKey): string => formatKey(cosignatureAlgorithm, key);

/** @throws TlogError `malformed`; a log's key is malformed too */
export const parseCosignerKey = (sha256: Sha256, vkey: string): CosignerKey => ({
  ...parseKey(sha256, cosignatureAlgorithm, vkey),
  algorithm: cosignatureAlgorithm,
});

/** "Ed25519 signed message"; `text` is the note's, without signatures. */
const cosignedMessage = (text: string, timestamp: number): Uint8Array =>
  new TextEncoder().encode(`cosignature/v1\ntime ${timestamp}\n${text}`);

/**
 * `timestamp` in whole seconds since the epoch, not 0: the moment as of which the tree was the largest that the witness saw.
 * @throws TlogError `size`
 */
export const cosign = async (
  text: string,
  { name, keyId }: CosignerKey,
  timestamp: number,
  sign: SignEd25519,
): Promise<NoteSignature> => {
  if (requireSize(timestamp, 'the timestamp') === 0) throw new TlogError('size', 'a cosignature has a time');
  const bytes = new Uint8Array(timestampLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(timestamp));
  return { name, keyId, signature: concat(bytes, await sign(cosignedMessage(text, timestamp))) };
};

/**
 * The note with more signature lines, as far as they fit. Of a key that has signed it already the note keeps its own.
 * @param most how many UTF-16 units the note may have
 * @throws TlogError `malformed`
 */
export const withSignatures = (note: string, lines: readonly string[], most: number): string => {
  const signed = new Set(parseNote(note).signatures.map(keyOf));
  let result = note;
  for (const line of lines) {
    const key = keyOf(parseSignature(line));
    if (signed.has(key) || result.length + line.length + 1 > most) continue;
    signed.add(key);
    result += `${line}\n`;
  }
  return result;
};

const keyOf = ({ name, keyId }: NoteSignature): string => `${name} ${toBase64(keyId)}`;

/** What a witness said: by its clock, in seconds since the epoch. */
export type Cosigned = { readonly key: CosignerKey; readonly timestamp: number };

/**
 * The witnesses among these that cosigned a note, each key once. Other signatures are passed over; one by a witness among these that does not verify is an
 * error, whatever the others say (https://c2sp.org/signed-note). A key whose bytes another has, under whatever name, counts as one.
 * @throws TlogError `malformed`, `mismatch`
 */
export const openCosignatures = async (
  note: string,
  known: readonly CosignerKey[],
  verify: VerifyEd25519,
): Promise<readonly Cosigned[]> => {
  const { text, signatures } = parseNote(note);
  const cosigned: Cosigned[] = [];
  for (const key of known) {
    const own = signatures.filter(({ name, keyId }) => name === key.name && equalBytes(keyId, key.keyId));
    const times = await Promise.all(own.map(({ signature }) => timeOf(text, key, signature, verify)));
    const isCounted = cosigned.some((each) => equalBytes(each.key.publicKey, key.publicKey));
    if (times.length > 0 && !isCounted) cosigned.push({ key, timestamp: Math.max(...times) });
  }
  return cosigned;
};

/** A policy of k of n. */
export type WitnessPolicy = { readonly witnesses: readonly CosignerKey[]; readonly threshold: number };

/**
 * That at least `threshold` of these witnesses cosigned, counted by their keys (https://c2sp.org/tlog-proof, "Verifying a tlog proof", step 3).
 * @throws TlogError `size` where the policy asks for none, or for more than there are keys; `malformed`, `mismatch`
 */
export const requireCosignatures = async (
  note: string,
  { witnesses, threshold }: WitnessPolicy,
  verify: VerifyEd25519,
): Promise<readonly Cosigned[]> => {
  const keys = new Set(witnesses.map(({ publicKey }) => toBase64(publicKey)));
  if (requireSize(threshold, 'the threshold') === 0 || threshold > keys.size)
    throw new TlogError('size', 'the threshold is not from 1 to the number of witnesses');
  const cosigned = await openCosignatures(note, witnesses, verify);
  if (cosigned.length < threshold) throw new TlogError('mismatch', 'too few of the known witnesses cosigned');
  return cosigned;
};

const timeOf = async (
  text: string,
  { publicKey }: CosignerKey,
  signature: Uint8Array,
  verify: VerifyEd25519,
): Promise<number> => {
  // "Format", `timestamped_signature`.
  if (signature.length !== timestampLength + ed25519SignatureLength) throw mismatch();
  const time = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
  // Above 2^53 it is no time that anyone has seen, and could not be written as it was signed.
  if (time === 0n || time > BigInt(Number.MAX_SAFE_INTEGER)) throw mismatch();
  const timestamp = Number(time);
  if (!(await verify(publicKey, cosignedMessage(text, timestamp), signature.subarray(timestampLength))))
    throw mismatch();
  return timestamp;
};

const mismatch = (): TlogError => new TlogError('mismatch', 'the cosignature does not verify');

/** https://c2sp.org/signed-note */
import { concat, equalBytes, fromBase64, toBase64 } from './bytes.ts';
import type { Sha256 } from './merkle-hash.ts';
import { TlogError } from './tlog-error.ts';

/** Ed25519 over the note's text: the algorithm byte of verifier keys and signatures. */
export const ed25519Algorithm = 0x01;

const keyIdLength = 4;
const publicKeyLength = 32;
const maxNoteLength = 1_000_000;

/** A signature line: `— <name> <base64(key ID || signature)>`. Untrusted until it verifies. */
export type NoteSignature = { readonly name: string; readonly keyId: Uint8Array; readonly signature: Uint8Array };

/** `text` ends with a newline and is what the signatures cover. */
export type Note = { readonly text: string; readonly signatures: readonly NoteSignature[] };

/** Raw Ed25519 (RFC 8032): 32-byte key, 64-byte signature. */
export type VerifyEd25519 = (
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
) => boolean | Promise<boolean>;
export type SignEd25519 = (message: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** "Verifier keys": `<name>+<hex key ID>+<base64(algorithm || public key)>` */
export type VerifierKey = { readonly name: string; readonly keyId: Uint8Array; readonly publicKey: Uint8Array };

/** "Format": no Unicode space (White_Space, as Go's unicode.IsSpace), no plus, no control character. */
const keyName = /^[^\p{White_Space}+\u0000-\u001f\u007f]+$/u;

/** "Signatures": `SHA-256(name || 0x0A || algorithm || public key)[:4]` */
const keyIdOf = (sha256: Sha256, name: string, algorithm: number, publicKey: Uint8Array): Uint8Array =>
  sha256(concat(utf8(`${name}\n`), Uint8Array.of(algorithm), publicKey)).subarray(0, keyIdLength);

/** Of any algorithm whose keys are Ed25519 keys. @throws TlogError `malformed` */
export const makeKey = (sha256: Sha256, algorithm: number, name: string, publicKey: Uint8Array): VerifierKey => {
  if (!keyName.test(name) || publicKey.length !== publicKeyLength)
    throw new TlogError('malformed', 'not a name and an Ed25519 key');
  return { name, keyId: keyIdOf(sha256, name, algorithm, publicKey), publicKey };
};

export const formatKey = (algorithm: number, { name, keyId, publicKey }: VerifierKey): string =>
  `${name}+${hex(keyId)}+${toBase64(concat(Uint8Array.of(algorithm), publicKey))}`;

/** @throws TlogError `malformed` */
export const parseKey = (sha256: Sha256, algorithm: number, vkey: string): VerifierKey => {
  const [, name, keyIdHex, encoded] = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/u.exec(vkey) ?? [];
  const bytes = fromBase64(encoded ?? '');
  if (name === undefined || bytes?.[0] !== algorithm)
    throw new TlogError('malformed', 'not a verifier key of that algorithm');
  const key = makeKey(sha256, algorithm, name, bytes.subarray(1));
  if (hex(key.keyId) !== keyIdHex) throw new TlogError('malformed', 'the key ID of the verifier key is wrong');
  return key;
};

export const makeVerifierKey = (sha256: Sha256, name: string, publicKey: Uint8Array): VerifierKey =>
  makeKey(sha256, ed25519Algorithm, name, publicKey);

export const formatVerifierKey = (key: VerifierKey): string => formatKey(ed25519Algorithm, key);

/** @throws TlogError `malformed`; a key ID that does not belong to the key is malformed too */
export const parseVerifierKey = (sha256: Sha256, vkey: string): VerifierKey => parseKey(sha256, ed25519Algorithm, vkey);

/** "Format": the text ends at the last empty line. @throws TlogError `malformed` */
export const parseNote = (note: string): Note => {
  const split = note.lastIndexOf('\n\n');
  if (split < 0 || note.length > maxNoteLength || !note.endsWith('\n') || hasForbiddenCharacters(note))
    throw malformedNote();
  const lines = note.slice(split + 2, -1).split('\n');
  return { text: note.slice(0, split + 1), signatures: lines.map(parseSignature) };
};

/** One line, without its line break. @throws TlogError `malformed` */
export const parseSignature = (line: string): NoteSignature => {
  const [, name, encoded = ''] = /^— ([^ ]+) ([A-Za-z0-9+/=]+)$/u.exec(line) ?? [];
  const bytes = fromBase64(encoded);
  if (name === undefined || !keyName.test(name) || bytes === undefined || bytes.length <= keyIdLength)
    throw malformedNote();
  return { name, keyId: bytes.subarray(0, keyIdLength), signature: bytes.subarray(keyIdLength) };
};

/** One line, without its line break. */
export const formatSignature = ({ name, keyId, signature }: NoteSignature): string =>
  `— ${name} ${toBase64(concat(keyId, signature))}`;

export const formatNote = ({ text, signatures }: Note): string =>
  `${text}\n${signatures.map((signature) => `${formatSignature(signature)}\n`).join('')}`;

/** Signs a text, which must end with a newline. */
export const signNote = async (text: string, key: VerifierKey, sign: SignEd25519): Promise<string> => {
  if (!text.endsWith('\n') || hasForbiddenCharacters(text)) throw malformedNote();
  const { name, keyId } = key;
  return formatNote({ text, signatures: [{ name, keyId, signature: await sign(utf8(text)) }] });
};

/** One key or several: an old and a new one while a log changes keys. */
export type KnownKeys = VerifierKey | readonly VerifierKey[];

/**
 * The text of a note that at least one of these keys signed. Signatures of unknown keys are passed over; one by a known key that does not
 * verify is an error, whatever the others say.
 * @throws TlogError `malformed`, `mismatch`
 */
export const openNote = async (note: string, known: KnownKeys, verify: VerifyEd25519): Promise<string> =>
  (await openSignedNote(note, known, verify)).text;

/** As openNote, with the known keys that signed: one at the least. */
export const openSignedNote = async (
  note: string,
  known: KnownKeys,
  verify: VerifyEd25519,
): Promise<{ readonly text: string; readonly signers: readonly VerifierKey[] }> => {
  const { text, signatures } = parseNote(note);
  const signers: VerifierKey[] = [];
  for (const key of [known].flat()) {
    const own = signatures.filter(({ name, keyId }) => name === key.name && equalBytes(keyId, key.keyId));
    for (const { signature } of own) {
      // "Signatures": "If a signature from a known key fails to verify, clients SHOULD reject the whole note."
      if (signature.length !== 64 || !(await verify(key.publicKey, utf8(text), signature))) {
        throw new TlogError('mismatch', "the note's signature does not verify");
      }
    }
    if (own.length > 0) signers.push(key);
  }
  // "If no signature from a known key verifies successfully, clients MUST reject the note."
  if (signers.length === 0) throw new TlogError('mismatch', 'the note is not signed by a known key');
  return { text, signers };
};

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
const hasForbiddenCharacters = (text: string): boolean =>
  /[\u0000-\u0009\u000b-\u001f]/.test(text) || !text.isWellFormed();
const malformedNote = (): TlogError => new TlogError('malformed', 'not a signed note');

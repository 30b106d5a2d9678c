/** CBOR in its one deterministic encoding (RFC 8949 §4.2.1). */
import { decode, encode, rfc8949EncodeOptions, Tagged } from 'cborg';
import { CoseError } from './cose-error.ts';

/** RFC 9052 §4.2: COSE_Sign1. */
const sign1Tag = 18;

export const encodeCbor = (value: unknown): Uint8Array => encode(value, rfc8949EncodeOptions);

export const encodeSign1 = (parts: readonly unknown[]): Uint8Array => encodeCbor(new Tagged(sign1Tag, parts));

/**
 * Refuses any but the deterministic encoding: what is carried unsigned must not have two spellings either.
 * @throws CoseError
 */
export const decodeCbor = (bytes: Uint8Array): unknown => {
  const value = attempt(() => decode(bytes, { useMaps: true, tags: { [sign1Tag]: Tagged.decoder(sign1Tag) } }));
  const again = encodeCbor(value);
  const isOne = again.length === bytes.length && again.every((byte, index) => byte === bytes[index]);
  if (!isOne) throw new CoseError('not deterministic CBOR');
  return value;
};

/** @throws CoseError */
export const decodeSign1 = (bytes: Uint8Array): readonly unknown[] => {
  const tagged = decodeCbor(bytes);
  if (!(tagged instanceof Tagged) || tagged.tag !== sign1Tag) throw new CoseError('not a tagged COSE_Sign1');
  const parts: unknown = tagged.value;
  if (!Array.isArray(parts) || parts.length !== 4) throw new CoseError('not a COSE_Sign1');
  return parts;
};

const attempt = (read: () => unknown): unknown => {
  try {
    return read();
  } catch (cause) {
    throw new CoseError('not CBOR', { cause });
  }
};

/** RFC 6962 §2.1 and RFC 9162 §2.1.1: the Merkle tree hash. */
import { TlogError } from './tlog-error.ts';

/** SHA-256, synchronous: awaiting a hash for every node costs far more than the hash. 32 bytes. */
export type Sha256 = (data: Uint8Array) => Uint8Array;

export const hashLength = 32;

/** RFC 6962 §2.1, `MTH({d(0)}) = SHA-256(0x00 || d(0))` */
export const leafHash = (sha256: Sha256, entry: Uint8Array): Uint8Array => {
  const preimage = new Uint8Array(1 + entry.length);
  preimage.set(entry, 1);
  return sha256(preimage);
};

/** RFC 6962 §2.1, `SHA-256(0x01 || left || right)`: the prefixes keep a leaf from passing as a node. */
export const nodeHash = (sha256: Sha256, left: Uint8Array, right: Uint8Array): Uint8Array => {
  const preimage = new Uint8Array(1 + left.length + right.length);
  preimage[0] = 0x01;
  preimage.set(left, 1);
  preimage.set(right, 1 + left.length);
  return sha256(preimage);
};

/**
 * A node's preimage is prefix || left || right with nothing between: were other lengths let in, a prover could move the border and
 * have one hash stand for two pairs, and a history that was cut would pass as continued.
 * @throws TlogError `malformed`
 */
export const requireHashes = (hashes: readonly Uint8Array[]): void => {
  if (hashes.some(({ length }) => length !== hashLength))
    throw new TlogError('malformed', 'a hash is not 32 bytes long');
};

/** `MTH({}) = SHA-256()` */
export const emptyRoot = (sha256: Sha256): Uint8Array => sha256(new Uint8Array());

/** RFC 6962 §2.1 and RFC 9162 §2.1.1: the Merkle tree hash. */
import { concat } from './bytes.ts';
import { TlogError } from './tlog-error.ts';

/** SHA-256, synchronous: awaiting a hash for every node costs far more than the hash. 32 bytes. */
export type Sha256 = (data: Uint8Array) => Uint8Array;

export const hashLength = 32;

const leafPrefix = Uint8Array.of(0x00);
const nodePrefix = Uint8Array.of(0x01);

/** `MTH({d(0)}) = SHA-256(0x00 || d(0))` */
export const leafHash = (sha256: Sha256, entry: Uint8Array): Uint8Array => sha256(concat(leafPrefix, entry));

/** `SHA-256(0x01 || left || right)`: the prefixes keep a leaf from passing as a node. */
export const nodeHash = (sha256: Sha256, left: Uint8Array, right: Uint8Array): Uint8Array =>
  sha256(concat(nodePrefix, left, right));

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

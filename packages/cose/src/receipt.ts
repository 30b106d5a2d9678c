/** RFC 9942 §5.2: receipts of inclusion in a tree of RFC 9162 with SHA-256. */
import { decodeCbor, decodeSign1, encodeCbor, encodeSign1 } from './cbor.ts';
import { CoseError } from './cose-error.ts';
import { label, readProtected, readTreeHead, type TreeHead } from './tree-head.ts';

/** RFC 9052 §11.3.1. */
export const receiptMediaType = 'application/cose; cose-type="cose-sign1"';

/** IANA, COSE Verifiable Data Structure Proofs. */
const inclusionProof = -1;

export type Inclusion = {
  readonly treeSize: number;
  readonly leafIndex: number;
  /** From the leaf's sibling up; 32 bytes each. */
  readonly path: readonly Uint8Array[];
};

/**
 * @param treeHead what `signTreeHead` made for a tree of this size
 * @throws CoseError where it is of another size, and for a tree of one leaf: its path is empty, and the RFC asks for one element at the least
 */
export const receiptOfInclusion = (treeHead: Uint8Array, { treeSize, leafIndex, path }: Inclusion): Uint8Array => {
  const head = readTreeHead(treeHead);
  if (head.treeSize !== treeSize || path.length === 0) throw new CoseError('no receipt of that tree');
  const proof = encodeCbor([treeSize, leafIndex, path]);
  return encodeSign1([
    head.protectedHeader,
    new Map([[label.vdp, new Map([[inclusionProof, [proof]]])]]),
    null,
    head.signature,
  ]);
};

/** A receipt, read and not believed. */
export type CoseReceipt = TreeHead &
  Inclusion & {
    /** Bytes, as they were signed. */
    readonly protectedHeader: Uint8Array;
    readonly signature: Uint8Array;
  };

/**
 * A receipt of one inclusion with its payload detached, and with nothing unsigned in it but the proof.
 * @throws CoseError
 */
export const readReceipt = (bytes: Uint8Array): CoseReceipt => {
  const [header, unprotected, payload, signature] = decodeSign1(bytes);
  if (!(header instanceof Uint8Array) || !(signature instanceof Uint8Array) || payload !== null)
    throw new CoseError('not a receipt with a detached payload');
  const proofs = only(only(unprotected, label.vdp), inclusionProof);
  const [proof, ...more]: readonly unknown[] = Array.isArray(proofs) ? proofs : [];
  if (!(proof instanceof Uint8Array) || more.length > 0) throw new CoseError('not the receipt of one inclusion');
  const inclusion = readInclusion(proof);
  const head = readProtected(header);
  // The one is signed, the other unsigned.
  if (head.treeSize !== inclusion.treeSize) throw new CoseError('its proof is of another tree than its signature');
  return { ...head, ...inclusion, protectedHeader: header, signature };
};

const only = (map: unknown, key: number): unknown => {
  if (!(map instanceof Map) || map.size !== 1) throw new CoseError('not a receipt of inclusion');
  return map.get(key) as unknown;
};

const readInclusion = (bytes: Uint8Array): Inclusion => {
  const value = decodeCbor(bytes);
  const [treeSize, leafIndex, path, ...more]: readonly unknown[] = Array.isArray(value) ? value : [];
  const isRead =
    isCount(treeSize) && isCount(leafIndex) && Array.isArray(path) && path.every((hash) => hash instanceof Uint8Array);
  if (!isRead || path.length === 0 || more.length > 0) throw new CoseError('not an inclusion proof');
  return { treeSize, leafIndex, path };
};

const isCount = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

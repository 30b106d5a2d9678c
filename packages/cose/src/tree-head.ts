/**
 * A tree head that a log signed for COSE receipts (RFC 9942 §5.2.1): a COSE_Sign1 whose detached payload is the Merkle tree hash.
 *
 * The log's Ed25519 key signs C2SP checkpoints besides. No bytes are both: what is signed here begins with 0x84 (§4.4 of RFC 9052, an array of four),
 * which begins no UTF-8 text and so no note.
 */
import type { SignEd25519 } from '@chartseal/tlog';
import { decodeCbor, decodeSign1, encodeCbor, encodeSign1 } from './cbor.ts';
import { CoseError } from './cose-error.ts';

export type TreeHead = {
  readonly origin: string;
  readonly treeSize: number;
  /** The C2SP key ID of the log's key: 4 bytes. */
  readonly keyId: Uint8Array;
};

/** IANA, COSE Header Parameters. */
export const label = { alg: 1, kid: 4, cwtClaims: 15, vds: 395, vdp: 396 } as const;

/**
 * IANA, COSE Algorithms: EdDSA, and Ed25519 (RFC 9864), which says the same where a verifier pins an Ed25519 key. We write the older: more
 * verifiers know it.
 */
const [edDsa, ed25519] = [-8, -19];

/** IANA, COSE Verifiable Data Structure Algorithms: RFC9162_SHA256. */
const rfc9162Sha256 = 1;

/** RFC 8392 §3.1.1. */
const iss = 1;

/** Ours: RFC 9942 signs the root alone, and one root with one path may be read as that of several sizes. */
const treeSizeClaim = 'tree_size';

const protectedOf = ({ origin, treeSize, keyId }: TreeHead, alg: number): Uint8Array =>
  encodeCbor(
    new Map<number, unknown>([
      [label.alg, alg],
      [label.kid, keyId],
      [
        label.cwtClaims,
        new Map<number | string, unknown>([
          [iss, origin],
          [treeSizeClaim, treeSize],
        ]),
      ],
      [label.vds, rfc9162Sha256],
    ]),
  );

/**
 * What the log says of its tree.
 * @param bytes a protected header
 * @throws CoseError for any that this package would not have written
 */
export const readProtected = (bytes: Uint8Array): TreeHead => {
  const header = decodeCbor(bytes);
  const claims: unknown = header instanceof Map ? header.get(label.cwtClaims) : undefined;
  if (!(header instanceof Map) || !(claims instanceof Map)) throw new CoseError('not the header of a receipt');
  const [alg, keyId]: readonly unknown[] = [header.get(label.alg), header.get(label.kid)];
  const [origin, treeSize]: readonly unknown[] = [claims.get(iss), claims.get(treeSizeClaim)];
  const isRead =
    (alg === edDsa || alg === ed25519) &&
    keyId instanceof Uint8Array &&
    typeof origin === 'string' &&
    typeof treeSize === 'number' &&
    Number.isSafeInteger(treeSize) &&
    treeSize >= 0;
  if (!isRead) throw new CoseError('not the header of a receipt');
  const head = { origin, treeSize, keyId };
  const again = protectedOf(head, alg);
  // Whatever else it has, a critical parameter among it, is not understood here.
  if (again.length !== bytes.length || !again.every((byte, index) => byte === bytes[index]))
    throw new CoseError('not the header of a receipt of this profile');
  return head;
};

/** RFC 9052 §4.4: what a signature is over. */
export const signedBytes = (protectedHeader: Uint8Array, rootHash: Uint8Array): Uint8Array =>
  encodeCbor(['Signature1', protectedHeader, new Uint8Array(), rootHash]);

/**
 * What `signTreeHead` made, read and not believed.
 * @throws CoseError for any other bytes
 */
export const readTreeHead = (
  bytes: Uint8Array,
): TreeHead & { readonly protectedHeader: Uint8Array; readonly signature: Uint8Array } => {
  const [header, unprotected, payload, signature] = decodeSign1(bytes);
  const isEmpty = unprotected instanceof Map && unprotected.size === 0 && payload === null;
  if (!isEmpty || !(header instanceof Uint8Array) || !(signature instanceof Uint8Array))
    throw new CoseError('not a tree head');
  return { ...readProtected(header), protectedHeader: header, signature };
};

/** A receipt that lacks its proof alone, which anyone can put in: `receiptOfInclusion`. */
export const signTreeHead = async (
  head: TreeHead & { readonly rootHash: Uint8Array },
  sign: SignEd25519,
): Promise<Uint8Array> => {
  const header = protectedOf(head, edDsa);
  const signature = await sign(signedBytes(header, head.rootHash));
  return encodeSign1([header, new Map(), null, signature]);
};

/** https://c2sp.org/tlog-proof: an inclusion proof and its checkpoint in one text. */
import { fromBase64, toBase64 } from './bytes.ts';
import { openCheckpoint, type Checkpoint } from './checkpoint.ts';
import { verifyInclusion } from './inclusion-proof.ts';
import { hashLength, leafHash, requireHashes, type Sha256 } from './merkle-hash.ts';
import type { KnownKeys, VerifyEd25519 } from './signed-note.ts';
import { requireSize, TlogError } from './tlog-error.ts';

const header = 'c2sp.org/tlog-proof@v1';

export type TlogProof = {
  /** Opaque data of whoever made the proof; not authenticated. */
  readonly extra: Uint8Array | undefined;
  readonly leafIndex: number;
  readonly inclusionProof: readonly Uint8Array[];
  /** The signed note. */
  readonly checkpoint: string;
};

/** @throws TlogError `size`, `malformed` */
export const formatTlogProof = ({ extra, leafIndex, inclusionProof, checkpoint }: TlogProof): string => {
  requireSize(leafIndex, 'leaf index');
  requireHashes(inclusionProof);
  const lines = [
    header,
    ...(extra === undefined ? [] : [`extra ${toBase64(extra)}`]),
    `index ${leafIndex}`,
    ...inclusionProof.map(toBase64),
  ];
  return `${lines.join('\n')}\n\n${checkpoint}`;
};

/** "Format". @throws TlogError `malformed` */
export const parseTlogProof = (text: string): TlogProof => {
  const split = text.indexOf('\n\n');
  const [first, ...lines] = text.slice(0, Math.max(split, 0)).split('\n');
  if (first !== header) throw malformed();
  const extra =
    lines[0]?.startsWith('extra ') === true
      ? (fromBase64(lines.shift()?.slice('extra '.length) ?? '') ?? fail())
      : undefined;
  const [, digits] = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? '') ?? [];
  const inclusionProof = lines.map((line) => fromBase64(line) ?? fail());
  const leafIndex = Number(digits);
  if (
    digits === undefined ||
    !Number.isSafeInteger(leafIndex) ||
    inclusionProof.some(({ length }) => length !== hashLength)
  )
    throw malformed();
  return { extra, leafIndex, inclusionProof, checkpoint: text.slice(split + 2) };
};

/**
 * "Verifying a tlog proof", steps 1, 2 and 4: that the entry is in the log whose key this is; what it returns is what the log signed. Step 3, which witnesses
 * have to have cosigned, is requireCosignatures of the proof's checkpoint.
 * @throws TlogError `malformed`, `size`, `mismatch`
 */
export const verifyTlogProof = async (
  { sha256, verify, key }: { readonly sha256: Sha256; readonly verify: VerifyEd25519; readonly key: KnownKeys },
  entry: Uint8Array,
  text: string,
): Promise<Checkpoint & { readonly leafIndex: number }> => {
  const { leafIndex, inclusionProof, checkpoint } = parseTlogProof(text);
  const head = await openCheckpoint(checkpoint, key, verify);
  verifyInclusion(sha256, { ...head, leafIndex, leafHash: leafHash(sha256, entry), proof: inclusionProof });
  return { ...head, leafIndex };
};

const malformed = (): TlogError => new TlogError('malformed', 'not a tlog-proof');
const fail = (): never => {
  throw malformed();
};

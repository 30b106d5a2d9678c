/** https://c2sp.org/tlog-witness, add-checkpoint: what a log sends to a witness. */
import { fromBase64, toBase64 } from './bytes.ts';
import { hashLength, requireHashes } from './merkle-hash.ts';
import { requireSize, TlogError } from './tlog-error.ts';

/** "The client MUST NOT send more than 63 consistency proof lines." */
export const mostWitnessProofLines = 63;

/** The type of a 409's body: the size of the newest tree that the witness cosigned, and a line break. */
export const witnessSizeType = 'text/x.tlog.size';

export type AddCheckpoint = {
  /** Of the tree that the witness cosigned last; 0 where there is none, or none is known. */
  readonly oldSize: number;
  /** From `oldSize` to the checkpoint's; empty from 0. */
  readonly proof: readonly Uint8Array[];
  /** The signed note. Not looked into here. */
  readonly checkpoint: string;
};

/** @throws TlogError `size`, `malformed` */
export const formatAddCheckpoint = ({ oldSize, proof, checkpoint }: AddCheckpoint): string => {
  requireSize(oldSize, 'old size');
  requireHashes(proof);
  if (proof.length > mostWitnessProofLines) throw malformed();
  return `${[`old ${oldSize}`, ...proof.map(toBase64)].join('\n')}\n\n${checkpoint}`;
};

/** @throws TlogError `malformed` */
export const parseAddCheckpoint = (body: string): AddCheckpoint => {
  const split = body.indexOf('\n\n');
  if (split < 0) throw malformed();
  const [first = '', ...lines] = body.slice(0, split).split('\n');
  if (!first.startsWith('old ') || lines.length > mostWitnessProofLines) throw malformed();
  const oldSize = parseSize(first.slice('old '.length));
  const proof = lines.map((line) => fromBase64(line) ?? new Uint8Array());
  if (oldSize === undefined || proof.some(({ length }) => length !== hashLength)) throw malformed();
  return { oldSize, proof, checkpoint: body.slice(split + 2) };
};

/** The body of a 409. @throws TlogError `malformed` */
export const parseWitnessSize = (body: string): number => {
  const size = body.endsWith('\n') ? parseSize(body.slice(0, -1)) : undefined;
  if (size === undefined) throw malformed();
  return size;
};

/** Decimal without leading zeroes. */
const parseSize = (text: string): number | undefined => {
  const size = Number(text);
  return /^(0|[1-9]\d{0,15})$/.test(text) && Number.isSafeInteger(size) ? size : undefined;
};

const malformed = (): TlogError => new TlogError('malformed', 'not what a log and a witness say to each other');

/** https://c2sp.org/tlog-checkpoint: a tree head as the text of a signed note. */
import { fromBase64, toBase64 } from './bytes.ts';
import { hashLength } from './merkle-hash.ts';
import { openSignedNote, type KnownKeys, type VerifyEd25519 } from './signed-note.ts';
import { TlogError } from './tlog-error.ts';

export type Checkpoint = {
  readonly origin: string;
  readonly treeSize: number;
  readonly rootHash: Uint8Array;
  readonly extensions: readonly string[];
};

/** @throws TlogError `malformed` where an origin or extension is empty or has a line break, or the size or root is none */
export const formatCheckpoint = ({ origin, treeSize, rootHash, extensions }: Checkpoint): string => {
  const lines = [origin, String(treeSize), toBase64(rootHash), ...extensions];
  const text = lines.map((line) => `${line}\n`).join('');
  // A line break inside a line would let whoever chooses it write the lines after it.
  if (parseCheckpoint(text).extensions.length !== extensions.length)
    throw new TlogError('malformed', 'not a checkpoint');
  return text;
};

/** "Note text". @throws TlogError `malformed` */
export const parseCheckpoint = (text: string): Checkpoint => {
  const [origin = '', size = '', root = '', ...rest] = text.split('\n');
  const rootHash = fromBase64(root);
  const treeSize = Number(size);
  const extensions = rest.slice(0, -1);
  // "ASCII decimal with no leading zeroes"; "extension lines, if any, MUST be non-empty".
  const isSize = /^(0|[1-9]\d{0,15})$/.test(size) && Number.isSafeInteger(treeSize);
  if (origin === '' || !isSize || rootHash?.length !== hashLength || rest.at(-1) !== '' || extensions.includes('')) {
    throw new TlogError('malformed', 'not a checkpoint');
  }
  return { origin, treeSize, rootHash, extensions };
};

/**
 * The checkpoint of a note that the log signed: the origin is the name of a known key that signed it ("Signatures" says SHOULD; here it must be, or a key
 * of one log would speak for another).
 * @throws TlogError `malformed`, `mismatch`
 */
export const openCheckpoint = async (note: string, known: KnownKeys, verify: VerifyEd25519): Promise<Checkpoint> => {
  const { text, signers } = await openSignedNote(note, known, verify);
  const checkpoint = parseCheckpoint(text);
  if (signers.every(({ name }) => name !== checkpoint.origin))
    throw new TlogError('mismatch', "the checkpoint is another log's");
  return checkpoint;
};

/** https://c2sp.org/tlog-checkpoint: a tree head as the text of a signed note. */
import { fromBase64, toBase64 } from './bytes.ts';
import { hashLength } from './merkle-hash.ts';
import { openNote, type VerifierKey, type VerifyEd25519 } from './signed-note.ts';
import { TlogError } from './tlog-error.ts';

export type Checkpoint = {
  readonly origin: string;
  readonly treeSize: number;
  readonly rootHash: Uint8Array;
  readonly extensions: readonly string[];
};

export const formatCheckpoint = ({ origin, treeSize, rootHash, extensions }: Checkpoint): string =>
  [origin, String(treeSize), toBase64(rootHash), ...extensions].map((line) => `${line}\n`).join('');

/** @throws TlogError `malformed` */
export const parseCheckpoint = (text: string): Checkpoint => {
  const [origin = '', size = '', root = '', ...rest] = text.split('\n');
  const rootHash = fromBase64(root);
  const treeSize = Number(size);
  const extensions = rest.slice(0, -1);
  const isSize = /^(0|[1-9]\d{0,15})$/.test(size) && Number.isSafeInteger(treeSize);
  if (origin === '' || !isSize || rootHash?.length !== hashLength || rest.at(-1) !== '' || extensions.includes('')) {
    throw new TlogError('malformed', 'not a checkpoint');
  }
  return { origin, treeSize, rootHash, extensions };
};

/**
 * The checkpoint of a note that the log signed, whose origin is the key's name.
 * @throws TlogError `malformed`, `mismatch`
 */
export const openCheckpoint = async (note: string, key: VerifierKey, verify: VerifyEd25519): Promise<Checkpoint> => {
  const checkpoint = parseCheckpoint(await openNote(note, key, verify));
  if (checkpoint.origin !== key.name) throw new TlogError('mismatch', "the checkpoint is another log's");
  return checkpoint;
};

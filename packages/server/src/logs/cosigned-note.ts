import type { Cosignature, CosignatureStore, LogName } from '@chartseal/ports';
import { parseCheckpoint, parseNote, toBase64, withSignatures } from '@chartseal/tlog';

/** What the anchor contract takes. */
const mostNoteLength = 8192;

type Held = Pick<CosignatureStore, 'of'>;

const heldFor = async (cosignatures: Held, log: LogName, note: string): Promise<readonly Cosignature[]> => {
  const { treeSize, rootHash } = parseCheckpoint(parseNote(note).text);
  return cosignatures.of({ log, treeSize, rootHash: toBase64(rootHash) });
};

/** An own checkpoint with the cosignatures that other hospitals gave it by now, after the signatures that it has. */
export const cosignedNote = async (cosignatures: Held, log: LogName, note: string): Promise<string> => {
  const lines = (await heldFor(cosignatures, log, note)).map(({ line }) => line);
  return withSignatures(note, lines, mostNoteLength);
};

/** How many hospitals cosigned that checkpoint. */
export const countCosignatures = async (cosignatures: Held, log: LogName, note: string): Promise<number> =>
  (await heldFor(cosignatures, log, note)).length;

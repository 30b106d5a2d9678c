import type { Cosignature, CosignatureStore, LogName, WitnessedTree, WitnessStore } from '@chartseal/ports';
import {
  openCheckpoint,
  openCosignatures,
  parseCheckpoint,
  parseCosignerKey,
  parseNote,
  parseVerifierKey,
  TlogError,
  toBase64,
} from '@chartseal/tlog';
import { sha256, verifyEd25519 } from '@chartseal/tlog/node';
import type { Report } from './finding.ts';

export type WitnessRecords = {
  readonly witnessed: Pick<WitnessStore, 'trees'>;
  readonly cosignatures: Pick<CosignatureStore, 'held' | 'pins'>;
  /** C2SP verifier keys of the members' logs, by origin. */
  readonly logKeys: ReadonlyMap<string, string>;
  /** Own checkpoints as they are kept, newest and anchored: what cosignatures are of. */
  readonly checkpoints: readonly { readonly log: LogName; readonly note: string }[];
};

/**
 * That what this witness remembers of others' logs is what they signed, and that what is kept of its own witnesses is what they signed. Of a log that the
 * directory does not name (any more) the note is compared with what is noted of it, and no signature.
 */
export const checkWitnesses = async (records: WitnessRecords, report: Report): Promise<void> => {
  for (const tree of await records.witnessed.trees()) {
    const isSound = await holds(() => isSigned(tree, records.logKeys.get(tree.origin)));
    if (!isSound)
      report({ place: `witnessed log ${tree.origin} size ${tree.treeSize}`, problem: 'is not what it signed' });
  }
  for (const { organization, verifierKey } of await records.cosignatures.pins()) {
    const isSound = await holds(async () => parseCosignerKey(sha256, verifierKey).name !== '');
    if (!isSound) report({ place: `witness of ${organization}`, problem: 'its key cannot be read' });
  }
  for (const cosignature of await records.cosignatures.held()) {
    const isSound = await holds(() => isCosigned(cosignature, records.checkpoints));
    const { log, treeSize } = cosignature;
    if (!isSound) report({ place: `${log} cosignature of size ${treeSize}`, problem: 'is not of that checkpoint' });
  }
};

const holds = async (check: () => Promise<boolean>): Promise<boolean> => {
  try {
    return await check();
  } catch (error) {
    if (error instanceof TlogError) return false;
    throw error;
  }
};

const isSigned = async ({ origin, treeSize, rootHash, note }: WitnessedTree, vkey?: string): Promise<boolean> => {
  const checkpoint =
    vkey === undefined
      ? parseCheckpoint(parseNote(note).text)
      : await openCheckpoint(note, parseVerifierKey(sha256, vkey), verifyEd25519);
  return checkpoint.origin === origin && checkpoint.treeSize === treeSize && toBase64(checkpoint.rootHash) === rootHash;
};

/** One of a tree that is neither the newest nor the anchored one is on its way out. */
const isCosigned = async (
  { log, treeSize, rootHash, witness, line }: Cosignature,
  checkpoints: WitnessRecords['checkpoints'],
): Promise<boolean> => {
  const key = parseCosignerKey(sha256, witness);
  const texts = checkpoints.filter((each) => each.log === log).map(({ note }) => parseNote(note).text);
  const text = texts.find((each) => {
    const checkpoint = parseCheckpoint(each);
    return checkpoint.treeSize === treeSize && toBase64(checkpoint.rootHash) === rootHash;
  });
  if (text === undefined) return parseNote(`unknown\n\n${line}\n`).signatures.length === 1;
  return (await openCosignatures(`${text}\n${line}\n`, [key], verifyEd25519)).length === 1;
};

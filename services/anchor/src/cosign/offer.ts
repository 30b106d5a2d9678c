import type { CosignatureStore, LogName, LogStore } from '@chartseal/ports';
import {
  consistencyProof,
  equalBytes,
  formatCosignerKey,
  formatNote,
  formatSignature,
  openCosignatures,
  parseCheckpoint,
  parseCosignerKey,
  parseNote,
  parseSignature,
  tileHashReader,
  toBase64,
  type CosignerKey,
  type NoteSignature,
} from '@chartseal/tlog';
import { sha256, verifyEd25519 } from '@chartseal/tlog/node';
import type { WitnessAddress, WitnessAnswer, WitnessClient } from './witness-client.ts';

/** An own signed checkpoint. */
export type OwnCheckpoint = { readonly treeSize: number; readonly note: string };

/**
 * - `known`: it cosigned this tree before
 * - `overtaken`: it has a larger tree of this log, which is published here meanwhile
 * - `unknown`: it does not know the log (yet): its view of the directory is behind, or ours
 * - `inconsistent`: it says that this tree does not go on from what it cosigned, or that it has a larger one than there is here
 * - `invalid`: its cosignature is not of this checkpoint by the key that was first seen of it
 * - `away`: no answer, or one that says nothing
 */
export type OfferOutcome = 'cosigned' | 'known' | 'overtaken' | 'unknown' | 'inconsistent' | 'invalid' | 'away';

export type OfferDependencies = {
  readonly logs: Pick<LogStore, 'checkpoint' | 'readTile'>;
  readonly cosignatures: CosignatureStore;
  /** Raw public keys of this hospital's logs and witness: a witness that has one of these is none. */
  readonly ownKeys: readonly Uint8Array[];
  readonly client: Pick<WitnessClient, 'verifierKey' | 'addCheckpoint'>;
  /** What size each witness said or showed that it has of each log: a guess, which saves it a question. */
  readonly sizes: Map<string, number>;
};

/** Takes a checkpoint to one witness and keeps what it signs. Rejects as the stores do; whatever the witness does is an outcome. */
export const offer = async (
  dependencies: OfferDependencies,
  address: WitnessAddress,
  log: LogName,
  checkpoint: OwnCheckpoint,
): Promise<OfferOutcome> => {
  const { cosignatures } = dependencies;
  const tree = treeOf(log, checkpoint);
  const key = await keyOf(dependencies, address);
  if (typeof key === 'string') return key;
  const witness = formatCosignerKey(key);
  if ((await cosignatures.of(tree)).some((each) => each.witness === witness)) return 'known';
  const answer = await converse(dependencies, address, log, checkpoint);
  if (typeof answer === 'string') return answer;
  const line = await signedLine(checkpoint.note, key, answer.lines);
  if (line === undefined) return 'invalid';
  await cosignatures.add({ ...tree, witness, line });
  return 'cosigned';
};

const treeOf = (log: LogName, { treeSize, note }: OwnCheckpoint) => {
  const { rootHash } = parseCheckpoint(parseNote(note).text);
  return { log, treeSize, rootHash: toBase64(rootHash) };
};

/** The key that was first seen of that organisation there; whoever has another one now is not believed. */
const keyOf = async (
  { cosignatures, client, ownKeys }: OfferDependencies,
  address: WitnessAddress,
): Promise<CosignerKey | 'invalid' | 'away'> => {
  const { organization, witnessUrl } = address;
  const pinned = await cosignatures.pinned(organization, witnessUrl);
  if (pinned !== undefined) return readPinned(pinned);
  const key = await heard(client.verifierKey(address));
  if (key === 'away') return key;
  if (ownKeys.some((own) => equalBytes(own, key.publicKey))) return 'invalid';
  return readPinned(await cosignatures.pin(organization, witnessUrl, formatCosignerKey(key)));
};

/** One that the store has lost must not stop the others; fsck names it. */
const readPinned = (vkey: string): CosignerKey | 'invalid' => {
  try {
    return parseCosignerKey(sha256, vkey);
  } catch {
    return 'invalid';
  }
};

/** Asks from the size that it had last, else from 0: a witness that has another says which. */
const converse = async (
  dependencies: OfferDependencies,
  address: WitnessAddress,
  log: LogName,
  checkpoint: OwnCheckpoint,
): Promise<Extract<WitnessAnswer, { kind: 'signatures' }> | OfferOutcome> => {
  const { logs, client, sizes } = dependencies;
  const name = `${log} ${address.organization} ${address.witnessUrl}`;
  // Another process of ours may be there at the same time: the size is asked for anew, and not for ever.
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const remembered = sizes.get(name) ?? 0;
    const oldSize = remembered > checkpoint.treeSize ? 0 : remembered;
    const read = tileHashReader(sha256, checkpoint.treeSize, (tile) => logs.readTile(log, tile));
    const proof = await consistencyProof(sha256, oldSize, checkpoint.treeSize, read);
    const answer = await heard(client.addCheckpoint(address, { oldSize, proof, checkpoint: checkpoint.note }));
    if (answer === 'away') return answer;
    sizes.set(name, answer.kind === 'other-size' ? answer.size : checkpoint.treeSize);
    if (answer.kind === 'signatures') return answer;
    if (answer.kind === 'refused') return refusal(answer.status);
    if (answer.size > checkpoint.treeSize) {
      const newest = await logs.checkpoint(log);
      return answer.size > (newest?.treeSize ?? 0) ? 'inconsistent' : 'overtaken';
    }
  }
  return 'away';
};

const refusal = (status: number): OfferOutcome => {
  if (status === 422) return 'inconsistent';
  return status === 403 || status === 404 ? 'unknown' : 'away';
};

/** A witness that says nonsense, or nothing, is away, whatever broke on the way. */
const heard = async <T>(asked: Promise<T>): Promise<T | 'away'> => {
  try {
    return await asked;
  } catch {
    return 'away';
  }
};

/** Of what the witness sent, the one line that its key signed over this very note; others are passed over. */
const signedLine = async (note: string, key: CosignerKey, lines: readonly string[]): Promise<string | undefined> => {
  const { text } = parseNote(note);
  for (const signature of lines.flatMap(readLine)) {
    if (signature.name !== key.name || !equalBytes(signature.keyId, key.keyId)) continue;
    const signed = formatNote({ text, signatures: [signature] });
    const cosigned = await openCosignatures(signed, [key], verifyEd25519).catch(() => []);
    if (cosigned.length > 0) return formatSignature(signature);
  }
  return undefined;
};

const readLine = (line: string): readonly NoteSignature[] => {
  try {
    return [parseSignature(line)];
  } catch {
    return [];
  }
};

/** https://c2sp.org/tlog-witness, add-checkpoint: what this witness makes of a checkpoint that anybody brings. */
import type { DirectoryLog } from '@chartseal/contracts';
import type { WitnessedTree, WitnessStore } from '@chartseal/ports';
import type { Clock } from '@chartseal/server';
import {
  cosign,
  emptyRoot,
  formatSignature,
  fromBase64,
  openCheckpoint,
  parseAddCheckpoint,
  parseCheckpoint,
  parseNote,
  parseVerifierKey,
  TlogError,
  toBase64,
  verifyConsistency,
  type AddCheckpoint,
  type Checkpoint,
} from '@chartseal/tlog';
import { sha256, verifyEd25519 } from '@chartseal/tlog/node';
import { keepEquivocations, keepLedgersFork, keepUnproven, type Shown } from './evidence.ts';
import type { WitnessIdentity } from './identity.ts';
import { knownLog, type KnownMembers } from './known-log.ts';

export type WitnessDependencies = {
  readonly witnessed: WitnessStore;
  readonly members: KnownMembers;
  /** Directory id of this hospital. */
  readonly organization: string;
  readonly identity: WitnessIdentity;
  /** The note of the newest checkpoint of that log that the ledger holds; undefined where it holds none, or does not answer soon. */
  readonly onLedger: (origin: string) => Promise<string | undefined>;
  readonly clock: Pick<Clock, 'wallMs'>;
};

export type WitnessVerdict =
  | { readonly outcome: 'cosigned'; readonly line: string }
  | { readonly outcome: 'malformed' }
  | { readonly outcome: 'unknown-origin' }
  | { readonly outcome: 'unsigned' }
  /** The old size is not the one that this witness cosigned last, which is `size`. */
  | { readonly outcome: 'other-size'; readonly size: number }
  /** The log signed two trees of one size. */
  | { readonly outcome: 'equivocation' }
  /** The proof does not lead to the checkpoint. */
  | { readonly outcome: 'unproven' };

/** @param body untrusted; at most a few kilobytes */
export const addCheckpoint = async (dependencies: WitnessDependencies, body: string): Promise<WitnessVerdict> => {
  const read = readRequest(body);
  if (read === undefined) return { outcome: 'malformed' };
  const { members, organization } = dependencies;
  const log = await knownLog(members, organization, read.claimed.origin);
  if (log === undefined) return { outcome: 'unknown-origin' };
  const checkpoint = await openSigned(log, read.request.checkpoint);
  if (checkpoint === undefined) return { outcome: 'unsigned' };
  return judge(dependencies, log, { ...read.request, tree: checkpoint }, 'first');
};

/** What the note says, before anyone has signed it as far as we know. */
const readRequest = (body: string): { readonly request: AddCheckpoint; readonly claimed: Checkpoint } | undefined => {
  try {
    const request = parseAddCheckpoint(body);
    return { request, claimed: parseCheckpoint(parseNote(request.checkpoint).text) };
  } catch (error) {
    if (error instanceof TlogError) return undefined;
    throw error;
  }
};

const openSigned = async ({ verifierKey }: DirectoryLog, note: string): Promise<Checkpoint | undefined> => {
  try {
    return await openCheckpoint(note, parseVerifierKey(sha256, verifierKey), verifyEd25519);
  } catch (error) {
    if (error instanceof TlogError) return undefined;
    throw error;
  }
};

/** From here on the log has signed it. Whatever is answered, two trees of one size are kept. */
const judge = async (
  dependencies: WitnessDependencies,
  log: DirectoryLog,
  shown: Shown,
  time: 'first' | 'again',
): Promise<WitnessVerdict> => {
  const { witnessed, clock } = dependencies;
  const { oldSize, tree } = shown;
  const seenAt = clock.wallMs();
  const finding = await keepEquivocations(witnessed, shown, seenAt);
  if (oldSize > tree.treeSize) return { outcome: 'malformed' };
  const newest = await witnessed.newest(tree.origin);
  const size = newest?.treeSize ?? 0;
  if (oldSize !== size) return { outcome: 'other-size', size };
  if (finding === 'equivocation') return { outcome: 'equivocation' };
  if (!isContinuation(newest, shown)) {
    if (finding !== 'cosigned') await keepUnproven(witnessed, shown, newest, seenAt);
    return { outcome: 'unproven' };
  }
  if ((await ledgersFork(dependencies, log, shown, seenAt)) === 'equivocation') return { outcome: 'equivocation' };
  const { origin, treeSize } = tree;
  const next = { origin, treeSize, rootHash: toBase64(tree.rootHash), note: shown.checkpoint };
  if ((await witnessed.advance(size, next)) === 'advanced')
    // The time of before it was kept: then nothing larger had been seen, which can be another's a moment later.
    return { outcome: 'cosigned', line: await cosignatureOf(dependencies, shown.checkpoint, seenAt) };
  if (time === 'first') return judge(dependencies, log, shown, 'again');
  return { outcome: 'other-size', size: (await witnessed.newest(origin))?.treeSize ?? 0 };
};

/** Whether the log put another tree on the ledger than the one of that size that it showed here: neither would say so alone. */
const ledgersFork = async (
  { witnessed, onLedger }: WitnessDependencies,
  log: DirectoryLog,
  shown: Shown,
  seenAt: number,
): Promise<'equivocation' | 'none'> => {
  const note = await onLedger(log.origin);
  const anchored = note === undefined ? undefined : await openSigned(log, note);
  if (note === undefined || anchored === undefined) return 'none';
  return keepLedgersFork(witnessed, shown, { note, tree: anchored }, seenAt);
};

const isContinuation = (newest: WitnessedTree | undefined, { oldSize, proof, tree }: Shown): boolean => {
  const empty = emptyRoot(sha256);
  // "A checkpoint of size zero MUST have the root hash of the empty tree."
  if (tree.treeSize === 0 && toBase64(tree.rootHash) !== toBase64(empty)) return false;
  const oldRoot = (newest === undefined ? empty : fromBase64(newest.rootHash)) ?? new Uint8Array();
  try {
    verifyConsistency(sha256, { oldSize, newSize: tree.treeSize, oldRoot, newRoot: tree.rootHash, proof });
    return true;
  } catch (error) {
    if (error instanceof TlogError) return false;
    throw error;
  }
};

const cosignatureOf = async (
  { identity: { key, signer } }: WitnessDependencies,
  note: string,
  atMs: number,
): Promise<string> => {
  const seconds = Math.floor(atMs / 1000);
  return formatSignature(await cosign(parseNote(note).text, key, seconds, (message) => signer.sign(message)));
};

/** The links that all proofs share: an entry → the log's signed checkpoint → the ledger. */
import {
  formatNote,
  leafHash,
  openCheckpoint,
  parseCheckpoint,
  parseNote,
  parseTlogProof,
  parseVerifierKey,
  toBase64,
  verifyInclusion,
  type Checkpoint,
  type TlogProof,
} from '@chartseal/tlog';
import type { ProofPrimitives } from './portable-primitives.ts';
import type { ProofFile } from './proof-file.ts';
import { refuted, type ProvedAnchor, type ProvedLedger, type ProvedPlace, type RefutedProof } from './proof-verdict.ts';
import { verifyEmbeddedReceipt } from './receipt/embedded.ts';
import { verifyFabricReceipt } from './receipt/fabric/receipt.ts';
import { checkpointAnchored, type ProvedReceipt, type ReceiptExpectation } from './receipt/verification.ts';
import type { TrustFile } from './trust-file.ts';
import { verifyWitnesses } from './witness-policy.ts';

export type ProvedLeaf = {
  readonly checkpoint: Checkpoint;
  readonly note: string;
  readonly leafIndex: number;
  readonly place: ProvedPlace;
};

/** That the entry is a leaf of a trusted log, under a checkpoint that as many witnesses cosigned as the trust file asks for. */
export const verifyLeaf = async (
  { entry, proof }: Pick<ProofFile, 'entry' | 'proof'>,
  { logs, witnesses }: TrustFile,
  primitives: ProofPrimitives,
): Promise<ProvedLeaf | RefutedProof> => {
  const { sha256, verifyEd25519 } = primitives;
  const parsed = attempt(() => parse(proof));
  if (parsed === undefined) return refuted('tlog-proof');
  const { leafIndex, inclusionProof, checkpoint: note } = parsed;
  const keys = logs.map((vkey) => parseVerifierKey(sha256, vkey)).filter(({ name }) => name === parsed.origin);
  if (keys.length === 0) return refuted('log', parsed.origin);
  const opened = await Promise.all(keys.map((key) => openCheckpoint(note, key, verifyEd25519).catch(() => undefined)));
  const checkpoint = opened.find((each) => each !== undefined);
  if (checkpoint === undefined) return refuted('checkpoint');
  const claim = { ...checkpoint, leafIndex, leafHash: leafHash(sha256, entry), proof: inclusionProof };
  const included = attempt(() => {
    verifyInclusion(sha256, claim);
    return claim;
  });
  if (included === undefined) return refuted('inclusion');
  const place = { origin: checkpoint.origin, leafIndex, treeSize: checkpoint.treeSize };
  const leaf = { checkpoint, note, leafIndex, place };
  if (witnesses === undefined) return leaf;
  const cosigned = await verifyWitnesses(note, witnesses, primitives);
  return 'outcome' in cosigned ? cosigned : { ...leaf, place: { ...place, witnesses: cosigned } };
};

/** The origin that the checkpoint claims, before anything of it is verified. */
const parse = (proof: string): TlogProof & { readonly origin: string } => {
  const parsed = parseTlogProof(proof);
  return { ...parsed, origin: parseCheckpoint(parseNote(parsed.checkpoint).text).origin };
};

/** That the ledger holds the checkpoint. */
export const verifyAnchor = async (
  receipt: ProofFile['receipt'],
  { checkpoint: { origin, treeSize, rootHash }, note }: Pick<ProvedLeaf, 'checkpoint' | 'note'>,
  trust: TrustFile,
  primitives: ProofPrimitives,
): Promise<ProvedLedger | RefutedProof> => {
  if (receipt.type !== trust.ledger.type) return refuted('receipt-type', receipt.type);
  const tree = { origin, treeSize, rootHash: toBase64(rootHash) };
  const holds = (anchored: string): Promise<ProvedLedger | RefutedProof> => {
    const expected = checkpointAnchored(origin, anchored);
    return verifyReceipt(receipt, { ...expected, value: { ...expected.value, ...tree } }, trust, primitives);
  };
  const asItIs = await holds(note);
  if (!('outcome' in asItIs)) return asItIs;
  for (const anchored of notesBefore(note)) {
    const proved = await holds(anchored);
    if (!('outcome' in proved)) return proved;
  }
  return asItIs;
};

/** Who chooses the note must not choose how long this takes. */
const mostLate = 64;

/** The note as it may have been anchored: before witnesses that came late put their cosignatures after the others. */
const notesBefore = (note: string): readonly string[] => {
  const { text, signatures } = parseNote(note);
  const late = Array.from({ length: Math.min(mostLate, signatures.length - 1) }, (_, at) => at + 1);
  return late.map((count) => formatNote({ text, signatures: signatures.slice(0, -count) }));
};

/** That the ledger holds what is expected of it. */
export const verifyReceipt = async (
  receipt: ProofFile['receipt'],
  expectation: ReceiptExpectation,
  { network, ledger }: TrustFile,
  { verifyEd25519 }: ProofPrimitives,
): Promise<ProvedLedger | RefutedProof> => {
  if (ledger.type === 'embedded') {
    const trust = { network, ledgerPublicKey: ledger.publicKey };
    const verified = await verifyEmbeddedReceipt(receipt, trust, expectation, verifyEd25519);
    if (verified.outcome === 'refuted') return refuted('receipt', verified.fault);
    return { type: 'embedded', ...anchorOf(verified) };
  }
  const verified = await verifyFabricReceipt(receipt, { network, ...ledger }, expectation);
  if (verified.outcome === 'refuted') return refuted('receipt', verified.fault);
  const { endorsers } = verified;
  return { type: 'fabric', ...anchorOf(verified), endorsers, organizations: ledger.organizations.length };
};

const anchorOf = ({ blockNumber, transactionId, mspId, timestamp }: ProvedReceipt): ProvedAnchor => ({
  blockNumber,
  transactionId,
  mspId,
  timestamp,
});

const attempt = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

/** The links that all proofs share: an entry → the log's signed checkpoint → the ledger. */
import {
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
import { refuted, type ProvedAnchor, type ProvedLedger, type RefutedProof } from './proof-verdict.ts';
import { verifyEmbeddedReceipt } from './receipt/embedded.ts';
import { verifyFabricReceipt } from './receipt/fabric/receipt.ts';
import { checkpointAnchored, type ProvedReceipt, type ReceiptExpectation } from './receipt/verification.ts';
import type { TrustFile } from './trust-file.ts';

export type ProvedLeaf = { readonly checkpoint: Checkpoint; readonly note: string; readonly leafIndex: number };

/** That the entry is a leaf of a trusted log. */
export const verifyLeaf = async (
  { entry, proof }: Pick<ProofFile, 'entry' | 'proof'>,
  { logs }: TrustFile,
  { sha256, verifyEd25519 }: ProofPrimitives,
): Promise<ProvedLeaf | RefutedProof> => {
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
  return included === undefined ? refuted('inclusion') : { checkpoint, note, leafIndex };
};

/** The origin that the checkpoint claims, before anything of it is verified. */
const parse = (proof: string): TlogProof & { readonly origin: string } => {
  const parsed = parseTlogProof(proof);
  return { ...parsed, origin: parseCheckpoint(parseNote(parsed.checkpoint).text).origin };
};

/** That the ledger holds the checkpoint. */
export const verifyAnchor = async (
  receipt: ProofFile['receipt'],
  { checkpoint: { origin, treeSize, rootHash }, note }: ProvedLeaf,
  trust: TrustFile,
  primitives: ProofPrimitives,
): Promise<ProvedLedger | RefutedProof> => {
  if (receipt.type !== trust.ledger.type) return refuted('receipt-type', receipt.type);
  const expected = checkpointAnchored(origin, note);
  const value = { ...expected.value, origin, treeSize, rootHash: toBase64(rootHash) };
  return verifyReceipt(receipt, { ...expected, value }, trust, primitives);
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

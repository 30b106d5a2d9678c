/**
 * A proof as a chain of links, each of which one check holds: the resource's canonical bytes → commitment → leaf of the log →
 * signed checkpoint → transaction on the ledger. Everything is checked offline against a trust file.
 */
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
import { portablePrimitives, type ProofPrimitives } from './portable-primitives.ts';
import { readCanonicalVersion, readProofFile, type ProofFile, type ProvedVersion } from './proof-file.ts';
import { verifyEmbeddedReceipt } from './receipt/embedded.ts';
import { verifyFabricReceipt } from './receipt/fabric/receipt.ts';
import { checkpointAnchored, type ProvedReceipt, type ReceiptExpectation } from './receipt/verification.ts';
import type { TrustFile } from './trust-file.ts';

/** The link that broke. */
export type ProofFault =
  | 'malformed' // not a proof file of this type; `at` names the member
  | 'not-canonical' // the resource is not canonical JSON of a FHIR version
  | 'commitment' // the entry is not HMAC-SHA-256 of the resource under the key
  | 'network' // of another network than the one trusted
  | 'tlog-proof' // the proof is no C2SP tlog-proof
  | 'log' // its log is not one of those trusted
  | 'checkpoint' // no trusted key of that log signed the checkpoint
  | 'inclusion' // the entry is not at that place under the checkpoint
  | 'receipt-type' // the receipt is of another kind of ledger than the one trusted
  | 'receipt'; // the receipt does not show that the ledger holds this checkpoint; `at` says why

/** What no proof of this kind shows. */
export type Limit =
  | 'newest' // that no newer version exists
  | 'complete' // that nothing else was withheld
  | 'ledger-independent' // that the ledger has one history: the embedded one is the gateway's own
  | 'no-conspiracy'; // that the members who signed have no second history between them

type ProvedAnchor = {
  readonly blockNumber: number;
  readonly transactionId: string;
  /** Who anchored it. */
  readonly mspId: string;
  /** By the anchoring organisation's clock. */
  readonly timestamp: string;
};

/** What the receipt shows. */
export type ProvedLedger =
  | (ProvedAnchor & { readonly type: 'embedded' })
  | (ProvedAnchor & {
      readonly type: 'fabric';
      /** The organisations that signed that it took effect, of all those that the trust file names. */
      readonly endorsers: readonly string[];
      readonly organizations: number;
    });

export type VerifiedProof = {
  readonly outcome: 'proved';
  readonly version: ProvedVersion;
  readonly network: string;
  readonly log: { readonly origin: string; readonly leafIndex: number; readonly treeSize: number };
  readonly ledger: ProvedLedger;
  readonly notProved: readonly Limit[];
};

export type RefutedProof = {
  readonly outcome: 'refuted';
  readonly fault: ProofFault;
  /** More exactly: the member, the origin of the log, or the receipt's own fault (`EmbeddedReceiptFault`, `FabricReceiptFault`). */
  readonly at?: string;
};

export type ProofVerification = VerifiedProof | RefutedProof;

/**
 * Checks a parsed proof file and never throws for anything that it holds. `proofJson` comes from whoever wants to be believed, `trust`
 * from elsewhere.
 * @param primitives SHA-256 and Ed25519; the rest is Web Cryptography
 */
export const verifyProof = async (
  proofJson: unknown,
  trust: TrustFile,
  primitives: ProofPrimitives = portablePrimitives,
): Promise<ProofVerification> => {
  const file = readProofFile(proofJson);
  if ('fault' in file) return refuted('malformed', file.fault);
  const version = readCanonicalVersion(file.resource);
  if (version === undefined) return refuted('not-canonical');
  if (!(await isCommitment(file))) return refuted('commitment');
  if (file.network !== trust.network) return refuted('network');
  const leaf = await verifyLeaf(file, trust, primitives);
  if ('outcome' in leaf) return leaf;
  const { origin, treeSize } = leaf.checkpoint;
  const ledger = await verifyAnchor(file.receipt, leaf, trust, primitives);
  if ('outcome' in ledger) return ledger;
  const log = { origin, leafIndex: leaf.leafIndex, treeSize };
  const notProved = ['newest', 'complete', ledger.type === 'fabric' ? 'no-conspiracy' : 'ledger-independent'] as const;
  return { outcome: 'proved', version, network: trust.network, log, ledger, notProved };
};

const isCommitment = async ({ key, entry, resource }: ProofFile): Promise<boolean> => {
  const hmac = { name: 'HMAC', hash: 'SHA-256' };
  const imported = await crypto.subtle.importKey('raw', key, hmac, false, ['verify']);
  return crypto.subtle.verify('HMAC', imported, entry, resource);
};

type Leaf = { readonly checkpoint: Checkpoint; readonly note: string; readonly leafIndex: number };

const verifyLeaf = async (
  { entry, proof }: ProofFile,
  { logs }: TrustFile,
  { sha256, verifyEd25519 }: ProofPrimitives,
): Promise<Leaf | RefutedProof> => {
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

const verifyAnchor = async (
  receipt: ProofFile['receipt'],
  { checkpoint: { origin, treeSize, rootHash }, note }: Leaf,
  trust: TrustFile,
  primitives: ProofPrimitives,
): Promise<ProvedLedger | RefutedProof> => {
  if (receipt.type !== trust.ledger.type) return refuted('receipt-type', receipt.type);
  const expected = checkpointAnchored(origin, note);
  const value = { ...expected.value, origin, treeSize, rootHash: toBase64(rootHash) };
  return verifyReceipt(receipt, { ...expected, value }, trust, primitives);
};

const verifyReceipt = async (
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

const refuted = (fault: ProofFault, at?: string): RefutedProof =>
  at === undefined ? { outcome: 'refuted', fault } : { outcome: 'refuted', fault, at };

const attempt = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

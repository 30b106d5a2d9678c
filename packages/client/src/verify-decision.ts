/** What a hospital signed of a disclosure: the statement, the leaf of its audit entry, and the ledger. */
import { openSignedNote, parseVerifierKey, toBase64 } from '@chartseal/tlog';
import { decisionType, readDecisionFile, type DecisionStatement } from './decision-file.ts';
import { portablePrimitives, type ProofPrimitives } from './portable-primitives.ts';
import {
  ledgerLimit,
  refuted,
  type Limit,
  type ProvedLedger,
  type ProvedPlace,
  type RefutedProof,
} from './proof-verdict.ts';
import type { TrustFile } from './trust-file.ts';
import { verifyAnchor, verifyLeaf } from './verify-leaf.ts';

export type VerifiedDecision = {
  readonly outcome: 'decided';
  readonly statement: DecisionStatement;
  /** Of the audit entry. */
  readonly log: ProvedPlace;
  readonly ledger: ProvedLedger;
  readonly notProved: readonly Limit[];
};

export type DecisionVerification = VerifiedDecision | RefutedProof;

/** Checks a parsed `chartseal-decision/v1`, and never throws for anything that it holds. */
export const verifyDecision = async (
  decisionJson: unknown,
  trust: TrustFile,
  primitives: ProofPrimitives = portablePrimitives,
): Promise<DecisionVerification> => {
  const file = readDecisionFile(decisionJson);
  if ('fault' in file) return refuted('malformed', file.fault);
  if (file.network !== trust.network) return refuted('network');
  const leaf = await verifyLeaf(file, trust, primitives);
  if ('outcome' in leaf) return leaf;
  const { origin, treeSize } = leaf.checkpoint;
  const opened = await openStatement(file.statement, origin, trust, primitives);
  if (opened === undefined) return refuted('statement', 'signature');
  if (opened.network !== trust.network) return refuted('statement', 'network');
  if (opened.auditEntry !== toBase64(file.entry)) return refuted('statement', 'auditEntry');
  const ledger = await verifyAnchor(file.receipt, leaf, trust, primitives);
  if ('outcome' in ledger) return ledger;
  const log = { origin, leafIndex: leaf.leafIndex, treeSize };
  return { outcome: 'decided', statement: opened, log, ledger, notProved: [ledgerLimit(ledger)] };
};

/** Signed with the key for decisions of the hospital whose access log has the audit entry: `X/decisions` for `X/access` and its successors. */
const openStatement = async (
  note: string,
  origin: string,
  { logs }: TrustFile,
  { sha256, verifyEd25519 }: ProofPrimitives,
): Promise<DecisionStatement | undefined> => {
  const hospital = /^(.+)\/access(?:\/\d+)?$/.exec(origin)?.[1];
  const keys = logs.map((key) => parseVerifierKey(sha256, key)).filter(({ name }) => name === `${hospital}/decisions`);
  try {
    const { text } = await openSignedNote(note, keys, verifyEd25519);
    const [type, of, json = '', ...rest] = text.split('\n');
    if (type !== decisionType || of !== origin || rest.join('') !== '') return undefined;
    return JSON.parse(json) as DecisionStatement;
  } catch {
    return undefined;
  }
};

/** Whether a statement is about the version whose proof has this entry (base64): the link between a decision and a record. */
export const decidesOn = ({ decisions }: DecisionStatement, entry: string): boolean =>
  decisions.some(({ versions }) => versions.some((version) => version.entry === entry));

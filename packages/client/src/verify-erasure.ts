/**
 * That a leaf is one whose content was destroyed: the log's signed statement names it, the ledger holds the statement, and the leaf is where the
 * statement says. Of what stood there nothing is left to check.
 */
import { includesLeaf, openLogStatement, parseVerifierKey } from '@chartseal/tlog';
import { readErasureFile } from './erasure-file.ts';
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
import { verifyAnchor, verifyLeaf, verifyReceipt } from './verify-leaf.ts';

export type VerifiedErasure = {
  readonly outcome: 'erased';
  readonly network: string;
  readonly log: ProvedPlace;
  /** ISO 8601, by the clock of the hospital that erased it. */
  readonly erasedAt: string;
  readonly ledger: ProvedLedger;
  /** `complete` is not among them: it claims nothing of other records. */
  readonly notProved: readonly Limit[];
};

export type ErasureVerification = VerifiedErasure | RefutedProof;

const statementType = 'chartseal-erasure/v1';

/** Checks a parsed `chartseal-erasure/v1`, and never throws for anything that it holds. */
export const verifyErasure = async (
  erasureJson: unknown,
  trust: TrustFile,
  primitives: ProofPrimitives = portablePrimitives,
): Promise<ErasureVerification> => {
  const file = readErasureFile(erasureJson);
  if ('fault' in file) return refuted('malformed', file.fault);
  if (file.network !== trust.network) return refuted('network');
  const leaf = await verifyLeaf(file, trust, primitives);
  if ('outcome' in leaf) return leaf;
  const { origin } = leaf.checkpoint;
  const anchored = await verifyAnchor(file.receipt, leaf, trust, primitives);
  if ('outcome' in anchored) return anchored;
  const keys = trust.logs.map((vkey) => parseVerifierKey(primitives.sha256, vkey));
  const own = keys.filter(({ name }) => name === origin);
  const statement = await openLogStatement(file.statement, own, primitives.verifyEd25519).catch(() => undefined);
  if (statement?.type !== statementType) return refuted('statement', 'signature');
  const { facts, leaves } = statement;
  if (facts['network'] !== trust.network) return refuted('statement', 'network');
  if (!includesLeaf(leaves, leaf.leafIndex)) return refuted('statement', 'leaves');
  const statementHash = hexOf(primitives.sha256(new TextEncoder().encode(file.statement)));
  const expectation = {
    contract: 'anchor',
    transaction: 'Erase',
    stateKey: `anchor/erasure/${origin}/${statementHash}`,
    value: { origin, statementHash },
  };
  const ledger = await verifyReceipt(file.statementReceipt, expectation, trust, primitives);
  if ('outcome' in ledger) return ledger;
  const log = leaf.place;
  const erasedAt = facts['time'] ?? '';
  return { outcome: 'erased', network: trust.network, log, erasedAt, ledger, notProved: [ledgerLimit(ledger)] };
};

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

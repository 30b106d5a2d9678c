/** `chartseal-decision/v1`: what a gateway signs of a disclosure, and where its audit entry is in the access log. */
import { bytesOf, isObject, readReceipt, type ProofFile } from './proof-file.ts';

/** What was shown: a version by its leaf's entry, which a record's own proof leads to. */
export type DecidedVersion = {
  /** Random name of the record. */
  readonly record: string;
  readonly versionId: number;
  /** Base64 of 32 bytes: the version's entry in the record log. */
  readonly entry: string;
};

export type StatedDecision = {
  /** One of the closed words of the gateway: `consent`, `break-glass` and others. */
  readonly reason: string;
  /** Blocks of the ledger that the decision rests on. */
  readonly ledgerHeight: number;
  readonly consents: readonly { readonly consentId: string; readonly sequence: number }[];
  /** The emergencies on the ledger that it rests on. */
  readonly emergencies: readonly string[];
  readonly versions: readonly DecidedVersion[];
};

export type DecisionStatement = {
  readonly network: string;
  /** Directory ids. */
  readonly custodian: string;
  readonly recipient: string;
  /** v3 ActReason. */
  readonly purpose: string;
  /** As FHIR calls it: `read`, `search-type`, … */
  readonly interaction: string;
  /** ISO 8601, by the custodian's clock. */
  readonly decidedAt: string;
  readonly decisions: readonly StatedDecision[];
  /** Base64 of 32 bytes: the leaf of the audit entry that tells of it. */
  readonly auditEntry: string;
};

/** Every member is untrusted. */
export type DecisionFile = Pick<ProofFile, 'network' | 'entry' | 'proof' | 'receipt'> & {
  /** C2SP signed note. */
  readonly statement: string;
};

export const decisionType = 'chartseal-decision/v1';

/** The file, or the name of the first member that is not as it must be. */
export const readDecisionFile = (value: unknown): DecisionFile | { readonly fault: string } => {
  if (!isObject(value) || value['type'] !== decisionType) return { fault: 'type' };
  const { network, proof, statement } = value;
  const [entry, receipt] = [bytesOf(value['entry']), readReceipt(value['receipt'])];
  if (typeof network !== 'string') return { fault: 'network' };
  if (typeof statement !== 'string') return { fault: 'statement' };
  if (entry?.length !== 32) return { fault: 'entry' };
  if (typeof proof !== 'string') return { fault: 'proof' };
  if (receipt === undefined) return { fault: 'receipt' };
  return { network, statement, entry, proof, receipt };
};

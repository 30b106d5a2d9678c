import type { LedgerReceipt } from '@chartseal/ports';

/** Something that is not as it must be. `place` names handles, leaves, tiles and blocks, never a FHIR id. */
export type Finding = { readonly place: string; readonly problem: string };

export type Report = (finding: Finding) => void;

export type FsckSummary = {
  /** Looked at. */
  readonly versions: number;
  readonly leaves: number;
  readonly blocks: number;
  /** Patients' handles, each with all that was signed for it. */
  readonly handles: number;
  readonly findings: number;
  /** Versions that the ledger does not cover yet: accepted, but not anchored. No fault. */
  readonly pending: number;
  /** Erased versions of which the ledger was not told yet. No fault, for a day. */
  readonly unstated: number;
  readonly seconds: number;
  /** What the last clean run had verified and this one did not look at again; undefined where it looked at everything. */
  readonly passedOver: PassedOver | undefined;
};

export type PassedOver = {
  /** ISO 8601, when that run began. */
  readonly since: string;
  /** Leaves below these. */
  readonly records: number;
  readonly access: number;
};

/** Of a receipt, what the ledger gives alike whenever it is asked. */
export const lasting = (receipt: LedgerReceipt | undefined): object | undefined => {
  if (receipt === undefined) return undefined;
  const { effect: _, ...same } = receipt;
  return same;
};

/** Something that is not as it must be. `place` names handles, leaves, tiles and blocks, never a FHIR id. */
export type Finding = { readonly place: string; readonly problem: string };

export type Report = (finding: Finding) => void;

export type FsckSummary = {
  readonly versions: number;
  readonly leaves: number;
  readonly blocks: number;
  readonly findings: number;
  /** Versions that the ledger does not cover yet: accepted, but not anchored. No fault. */
  readonly pending: number;
};

import type { StoredVersion } from '@chartseal/ports';
import type { Principal } from '@chartseal/server';
import type { Denial, Permit } from '../release/decision.ts';
import type { Released } from '../release/released.ts';
import type { CandidatePatients } from './candidate-patients.ts';

/** A version with what was decided of it: what is permitted comes released, what is not does not come. */
export type Examined =
  | { readonly effect: 'permit'; readonly decision: Permit; readonly released: Released }
  | { readonly effect: 'deny'; readonly decision: Denial };

/**
 * The decisions of one answer, all at one height of the ledger (C10).
 *
 * 1. `examine` answers one for each version, in their order, each joined to its version by key (C6).
 * 2. `included` answers what may be shown only because something released references it: Practitioners, Locations, … (B11).
 * 3. `referenced` answers of one version that something references which is about these patients: as `included` does if it is
 *    nobody's, else as `examine` does.
 * 4. `stillHold` tells whether the directory or the state of a patient that was decided on has moved since; asked after the
 *    audit is durable and before the first byte. If it answers `moved`, everything is decided again.
 */
export interface Decisions {
  readonly principal: Principal;
  readonly height: number;
  examine(versions: readonly StoredVersion[]): Promise<readonly Examined[]>;
  included(by: readonly Released[]): Promise<readonly Examined[]>;
  referenced(version: StoredVersion, patients: readonly string[]): Promise<Examined>;
  stillHold(): Promise<'hold' | 'moved'>;
  /**
   * `none`: whatever this Patient is a subject of will be denied, or there is no such Patient. Then nothing need be looked at,
   * and how long the answer takes does not tell how much there is.
   */
  prospects(patientId: string): Promise<'some' | 'none'>;
  /** About whom there may be anything to be shown. */
  candidates(): Promise<CandidatePatients>;
  /** Looks up for what is not there what a decision on a record of some Patient looks up, so that the two take as long. */
  pretend(): Promise<void>;
  /** Ids of the Patients of whom something was permitted for an emergency that the ledger does not hold yet: nothing of it may leave (B13). */
  unopened(): readonly string[];
}

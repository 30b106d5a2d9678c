/** What official-terminology.json holds of R4's code systems and value sets: codes, what stands above what, and nothing for people. */

/** A code, or one with those directly above it. */
export type CompactConcept = string | readonly [code: string, ...above: string[]];

export type CompactTerminology = {
  /** By URL, of each that the definitions carry whole. */
  readonly codeSystems: Readonly<Record<string, readonly CompactConcept[]>>;
  /** By URL, of each that can be listed from the definitions alone: codes by system; null for all of that system. */
  readonly valueSets: Readonly<Record<string, Readonly<Record<string, readonly string[] | null>>>>;
};

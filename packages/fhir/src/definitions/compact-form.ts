/**
 * R4's definitions as a file holds them (r4-definitions.json): all that the StructureDefinitions, their required value sets and the
 * SearchParameters say that this package goes by, and nothing of what they say to people but the sentences of invariants and parameters.
 * Numbers stand for places in the lists beside.
 */

export type SearchParameterType =
  | 'number'
  | 'date'
  | 'string'
  | 'token'
  | 'reference'
  | 'composite'
  | 'quantity'
  | 'uri'
  | 'special';

export type OfficialSearchParameter = {
  readonly code: string;
  readonly type: SearchParameterType;
  /** Canonical URL of its definition. */
  readonly url: string;
  /** Types that have it. */
  readonly base: readonly string[];
  readonly description: string;
  /** FHIRPath over all types that share the parameter. */
  readonly expression: string;
  /** Resource types that a reference parameter may point to; empty for other parameters. */
  readonly targets: readonly string[];
  /** Of a composite: canonical URL and FHIRPath of each. */
  readonly components: readonly { readonly definition: string; readonly expression: string }[];
};

export type CompactElement = readonly [
  /** In FHIRPath: `value`. */
  name: string,
  /** JSON member and data type of each alternative, one after the other: `valueQuantity`, `Quantity`, … */
  members: readonly string[],
  flags: number,
  codeSet: number | null,
  /** Resource types that a Reference may point to. */
  targets: number | null,
  constraints: readonly number[],
];

export type CompactType = readonly [name: string, elements: readonly CompactElement[], constraints: readonly number[]];

export type CompactDefinitions = {
  /** For each value set of a required binding its code systems, each with its codes: `[system, code, …]`. */
  readonly codeSets: readonly (readonly (readonly string[])[])[];
  readonly targets: readonly (readonly string[])[];
  /** Key, FHIRPath, sentence. */
  readonly constraints: readonly (readonly [string, string, string])[];
  readonly types: readonly CompactType[];
  readonly searchParameters: readonly OfficialSearchParameter[];
};

export const flags = { repeats: 1, required: 2, summary: 4, modifier: 8 } as const;

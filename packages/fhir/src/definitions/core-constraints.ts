/**
 * Invariants of R4 that are not in the compact definitions: what every JSON value satisfies that passed the structure, what contradicts the
 * examples (dom-3, org-1, txt-2), and what is decided with the structure (data-type-invariants.ts, structure.ts, narrative.ts).
 */
export const uncompiledConstraints: ReadonlySet<string> = new Set([
  'ele-1',
  'dom-3',
  'org-1',
  'sdf-19',
  'ext-1',
  'ref-1',
  'per-1',
  'att-1',
  'qty-3',
  'rng-2',
  'txt-1',
  'txt-2',
]);

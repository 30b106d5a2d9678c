/** https://hl7.org/fhir/R4/codesystem.html: codes, the hierarchy between them and their properties. */

export type Concept = {
  readonly code: string;
  readonly concept?: readonly Concept[];
  readonly property?: readonly { readonly code: string; readonly [value: string]: unknown }[];
};

export type CodeSystem = {
  readonly resourceType: 'CodeSystem';
  readonly url: string;
  readonly content: string;
  /** Those that its concepts may have. A filter may go by more than them: then only the code system's publisher knows how. */
  readonly property?: readonly { readonly code: string }[];
  readonly concept?: readonly Concept[];
};

/** A code may stand under several. */
export type Hierarchy = ReadonlyMap<string, ReadonlySet<string>>;

export const flatConcepts = (concepts: readonly Concept[] = []): readonly Concept[] =>
  concepts.flatMap((one) => [one, ...flatConcepts(one.concept)]);

/** The values of a concept's property, whatever their type. */
export const propertyValues = ({ property = [] }: Concept, name: string): readonly string[] =>
  property
    .filter(({ code }) => code === name)
    .flatMap((one) => Object.entries(one).flatMap(([key, value]) => (key.startsWith('value') ? [String(value)] : [])));

/** By nesting, and by the properties `parent`, `subsumedBy` and `child` (http://hl7.org/fhir/concept-properties). */
export const hierarchyOf = ({ concept = [] }: CodeSystem): Hierarchy => {
  const above = new Map<string, Set<string>>();
  const put = (child: string, parent: string): void => {
    if (child !== parent) above.get(child)?.add(parent);
  };
  const all = flatConcepts(concept);
  for (const { code } of all) above.set(code, new Set());
  for (const one of all) {
    for (const child of one.concept ?? []) put(child.code, one.code);
    for (const child of propertyValues(one, 'child')) put(child, one.code);
    for (const name of ['parent', 'subsumedBy'])
      for (const parent of propertyValues(one, name)) if (above.has(parent)) put(one.code, parent);
  }
  return above;
};

/** All codes at or below one. */
export const descendants = (hierarchy: Hierarchy, from: string): ReadonlySet<string> => {
  const found = new Set([from]);
  for (const code of found) for (const [child, above] of hierarchy) if (above.has(code)) found.add(child);
  return found;
};

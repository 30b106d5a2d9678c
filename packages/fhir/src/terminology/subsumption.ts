/** https://hl7.org/fhir/R4/codesystem.html#hierarchy */
import type { CodeSystem } from '../definitions/value-sets.ts';
import { ByUrl } from './official-terminology.ts';

type Concept = {
  readonly code: string;
  readonly concept?: readonly Concept[];
  readonly property?: readonly { readonly code: string; readonly valueCode?: string }[];
};

/** Which codes stand directly above each. A code may stand under several. */
type Parents = ReadonlyMap<string, ReadonlySet<string>>;

/** By nesting, or by what v3's code systems call subsumedBy and others parent. */
const parentsOf = ({ concept = [] }: CodeSystem): Parents => {
  const parents = new Map<string, Set<string>>();
  const pending = concept.map((one): { readonly concept: Concept; readonly parent?: string } => ({ concept: one }));
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { code, concept: nested = [], property = [] } = next.concept;
    const said = property.flatMap((one) =>
      one.code === 'subsumedBy' || one.code === 'parent' ? (one.valueCode ?? []) : [],
    );
    parents.set(
      code,
      new Set([...(parents.get(code) ?? []), ...said, ...(next.parent === undefined ? [] : [next.parent])]),
    );
    for (const child of nested) pending.push({ concept: child, parent: code });
  }
  return parents;
};

const hierarchies = new ByUrl('CodeSystem', (url, all) => {
  const found = all.find((one) => one.resourceType === 'CodeSystem' && one.url === url);
  return found?.resourceType === 'CodeSystem' && found.content === 'complete' ? parentsOf(found) : undefined;
});

const reach = (from: string, next: (code: string) => Iterable<string>): readonly string[] => {
  const found = new Set([from]);
  for (const code of found) for (const one of next(code)) found.add(one);
  return [...found];
};

/**
 * The code itself and all codes above or below it; undefined if the definitions do not carry the whole code system, or not
 * the code.
 */
export const subsumed = (system: string, code: string, direction: 'above' | 'below'): readonly string[] | undefined => {
  const parents = hierarchies.get(system);
  if (parents?.has(code) !== true) return undefined;
  if (direction === 'above') return reach(code, (one) => parents.get(one) ?? []);
  return reach(code, (one) => [...parents].flatMap(([child, above]) => (above.has(one) ? [child] : [])));
};

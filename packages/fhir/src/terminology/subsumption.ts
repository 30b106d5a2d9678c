/** https://hl7.org/fhir/R4/codesystem.html#hierarchy */
import { officialTerminology } from './official-terminology.ts';

type Neighbours = ReadonlyMap<string, readonly string[]>;
type Hierarchy = { readonly above: Neighbours; readonly below: Neighbours };

const hierarchies = new Map<string, Hierarchy>();

const hierarchyOf = (system: string): Hierarchy | undefined => {
  const known = hierarchies.get(system);
  if (known !== undefined) return known;
  const concepts = officialTerminology().codeSystems.get(system);
  if (concepts === undefined) return undefined;
  const above = new Map<string, readonly string[]>();
  const below = new Map<string, string[]>();
  for (const concept of concepts) {
    const [code, ...parents] = typeof concept === 'string' ? [concept] : concept;
    above.set(code, parents);
    for (const parent of parents) {
      const children = below.get(parent);
      if (children === undefined) below.set(parent, [code]);
      else children.push(code);
    }
  }
  const hierarchy = { above, below };
  hierarchies.set(system, hierarchy);
  return hierarchy;
};

/**
 * The code itself and all codes above or below it; undefined if the definitions do not carry the whole code system, or not
 * the code.
 */
export const subsumed = (system: string, code: string, direction: 'above' | 'below'): readonly string[] | undefined => {
  const hierarchy = hierarchyOf(system);
  if (hierarchy?.above.has(code) !== true) return undefined;
  const found = new Set([code]);
  for (const one of found) for (const next of hierarchy[direction].get(one) ?? []) found.add(next);
  return [...found];
};

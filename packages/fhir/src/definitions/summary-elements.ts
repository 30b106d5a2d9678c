/** https://hl7.org/fhir/R4/search.html#summary: which elements the StructureDefinitions mark for summaries, and which change meaning. */
import { readDefinitions } from './definitions.ts';

type ElementDefinition = {
  readonly path: string;
  readonly isSummary?: boolean;
  readonly isModifier?: boolean;
};
type StructureDefinition = {
  readonly resourceType: string;
  readonly kind?: string;
  readonly derivation?: string;
  readonly snapshot?: { readonly element: readonly ElementDefinition[] };
};

/** Names of elements as in FHIRPath: `value` for `valueQuantity`. */
export type MarkedElements = { readonly summary: ReadonlySet<string>; readonly modifier: ReadonlySet<string> };

/** `Patient.contact` → `PatientContact`: the name of a nested element's TypeSchema. */
const typeName = (path: readonly string[]): string =>
  path.map((step) => step.charAt(0).toUpperCase() + step.slice(1)).join('');

type Marks = { readonly summary: Set<string>; readonly modifier: Set<string> };

const mark = (byType: Map<string, Marks>, { path, isSummary, isModifier }: ElementDefinition): void => {
  const steps = path.split('.');
  const element = (steps.pop() ?? '').replace('[x]', '');
  if (steps.length === 0) return;
  const owner = steps.length === 1 ? (steps[0] ?? '') : typeName(steps);
  const marks = byType.get(owner) ?? { summary: new Set(), modifier: new Set() };
  byType.set(owner, marks);
  if (isSummary === true) marks.summary.add(element);
  if (isModifier === true) marks.modifier.add(element);
};

const load = (): ReadonlyMap<string, MarkedElements> => {
  const byType = new Map<string, Marks>();
  for (const file of ['profiles-types', 'profiles-resources']) {
    for (const { resourceType, snapshot } of readDefinitions<StructureDefinition>(file)) {
      if (resourceType !== 'StructureDefinition') continue;
      for (const element of snapshot?.element ?? []) mark(byType, element);
    }
  }
  return byType;
};

let loaded: ReadonlyMap<string, MarkedElements> | undefined;

/**
 * Of a resource or data type, or a nested element by the name of its TypeSchema; undefined for a type that R4 does not have. The first
 * call reads the definitions, which takes about half a second: few clients ask for summaries.
 */
export const markedElements = (type: string): MarkedElements | undefined => {
  loaded ??= load();
  return loaded.get(type);
};

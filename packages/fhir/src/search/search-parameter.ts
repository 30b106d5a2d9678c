/** The official search parameters, https://hl7.org/fhir/R4/searchparameter-registry.html. */
import { readDefinitions } from '../definitions/definitions.ts';

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

export type SearchParameter = {
  readonly code: string;
  readonly type: SearchParameterType;
  /** FHIRPath over all types that share the parameter. */
  readonly expression: string;
  /** Resource types that a reference parameter may point to; empty for other parameters. */
  readonly targets: readonly string[];
};

type Definition = {
  readonly code: string;
  readonly type: SearchParameterType;
  readonly base: readonly string[];
  readonly expression?: string;
  readonly target?: readonly string[];
};

let byType: ReadonlyMap<string, ReadonlyMap<string, SearchParameter>> | undefined;

const load = (): ReadonlyMap<string, ReadonlyMap<string, SearchParameter>> => {
  const index = new Map<string, Map<string, SearchParameter>>();
  for (const { code, type, base, expression, target } of readDefinitions<Definition>('search-parameters')) {
    for (const resourceType of base) {
      const parameters = index.get(resourceType) ?? new Map<string, SearchParameter>();
      parameters.set(code, { code, type, expression: expression ?? '', targets: target ?? [] });
      index.set(resourceType, parameters);
    }
  }
  return index;
};

/** The official parameter of that name for the type; those of every resource (`_id`, `_lastUpdated`) included. */
export const searchParameter = (resourceType: string, code: string): SearchParameter | undefined => {
  byType ??= load();
  return (
    byType.get(resourceType)?.get(code) ?? byType.get('DomainResource')?.get(code) ?? byType.get('Resource')?.get(code)
  );
};

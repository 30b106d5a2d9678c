/** The official search parameters, https://hl7.org/fhir/R4/searchparameter-registry.html. */
import type { OfficialSearchParameter, SearchParameterType } from '../definitions/compact-form.ts';
import { loadDefinitions } from '../definitions/definitions.ts';

export type { SearchParameterType };

/** Of one type. */
export type SearchParameter = Omit<OfficialSearchParameter, 'base' | 'description'> & {
  readonly documentation: string;
};

type Registry = {
  readonly byType: ReadonlyMap<string, ReadonlyMap<string, SearchParameter>>;
  readonly byUrl: ReadonlyMap<string, SearchParameter>;
};

let registry: Registry | undefined;

/** What R4 leaves to servers, and this one does not offer: free text, named queries, distance. */
const notOffered: ReadonlySet<string> = new Set(['_text', '_content', '_query', 'near']);

/** A description shared by several types is a list with a line for each; the line of one is enough. */
const documentationFor = (description: string, resourceType: string): string => {
  const line = new RegExp(`\\[${resourceType}\\][^:]*:\\s*([^\\r\\n]*)`).exec(description)?.[1];
  return (line ?? description).trim();
};

/** R4 has the two components of DocumentReference's `relationship` the wrong way round: `relatesto` with the code, `relation` with the target. */
const corrected = (url: string, components: SearchParameter['components']): SearchParameter['components'] => {
  if (!url.endsWith('/DocumentReference-relationship')) return components;
  const definitions = components.map(({ definition }) => definition).toReversed();
  return components.map(({ expression }, place) => ({ definition: definitions[place] ?? '', expression }));
};

const load = (): Registry => {
  const byType = new Map<string, Map<string, SearchParameter>>();
  const byUrl = new Map<string, SearchParameter>();
  for (const { description, base, ...definition } of loadDefinitions().searchParameters) {
    const { code, type, url, expression, targets } = definition;
    if (notOffered.has(code)) continue;
    const components = corrected(url, definition.components);
    for (const resourceType of base) {
      const parameters = byType.get(resourceType) ?? new Map<string, SearchParameter>();
      const documentation = documentationFor(description, resourceType);
      const parameter = { code, type, url, documentation, expression, targets, components };
      parameters.set(code, parameter);
      byUrl.set(url, parameter);
      byType.set(resourceType, parameters);
    }
  }
  return { byType, byUrl };
};

const all = (): Registry => (registry ??= load());

/** The official parameter of that name for the type; those of every resource (`_id`, `_lastUpdated`) included. */
export const searchParameter = (resourceType: string, code: string): SearchParameter | undefined => {
  const { byType } = all();
  return (
    byType.get(resourceType)?.get(code) ?? byType.get('DomainResource')?.get(code) ?? byType.get('Resource')?.get(code)
  );
};

export const searchParameterByUrl = (url: string): SearchParameter | undefined => all().byUrl.get(url);

/** Every official parameter of the type that is offered here, by its name. */
export const searchParametersOf = (resourceType: string): readonly SearchParameter[] => {
  const { byType } = all();
  const own = ['Resource', 'DomainResource', resourceType].flatMap((base) => [...(byType.get(base)?.values() ?? [])]);
  return own.toSorted((a, b) => (a.code < b.code ? -1 : 1));
};

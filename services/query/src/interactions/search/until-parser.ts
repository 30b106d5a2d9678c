import {
  parseSearchQuery,
  searchParametersOf,
  type Issue,
  type ResultParameters,
  type SearchCondition,
  type SearchContext,
  type SearchQuery,
} from '@chartseal/fhir';

export type ParsedSystem =
  | {
      readonly outcome: 'parsed';
      readonly queries: readonly SearchQuery[];
      readonly result: ResultParameters;
      readonly unknown: readonly Issue[];
    }
  | { readonly outcome: 'refused'; readonly issues: readonly Issue[] };

export const parseSystemQuery = (
  types: readonly string[] | undefined,
  entries: readonly (readonly [string, string])[],
  context: SearchContext,
): ParsedSystem => {
  const all = (types ?? []).map((type) => parseSearchQuery(type, entries, context));
  const refused = all.find((one) => one.outcome === 'refused');
  if (refused?.outcome === 'refused') return refused;
  const parsed = all.filter((one) => one.outcome === 'parsed');
  return {
    outcome: 'parsed',
    queries: parsed.map(({ query }) => query),
    result: parsed[0]?.result ?? {},
    unknown: parsed[0]?.unknown ?? [],
  };
};

export const compartmentCondition = (
  compartment: string,
  id: string,
  resourceType: string,
): SearchCondition | undefined => {
  const codes = searchParametersOf(resourceType)
    .filter(
      ({ type, targets, code }) =>
        type === 'reference' && targets.includes(compartment) && code === compartment.toLowerCase(),
    )
    .map(({ code }) => code);
  if (codes.length === 0) return undefined;
  return {
    kind: 'any',
    of: codes.map((code) => ({
      kind: 'reference',
      code,
      anyOf: [{ match: 'resource', targetType: compartment, targetId: id }],
    })),
  };
};

import { parseSearchQuery, type SearchContext, type SearchQuery } from '@chartseal/fhir';
import { ChartsealError, type RecordKey, type UnitView } from '@chartseal/ports';
import { refusal } from './intake.ts';

/**
 * A condition on which a create or a reference depends: `identifier=system|value`. `name` is equal for conditions that
 * must not race; it stays inside the store.
 */
export type Condition = { readonly resourceType: string; readonly query: SearchQuery; readonly name: string };

/** @throws ChartsealError `malformed` where the criteria are empty or not supported. `expression` says where they stood. */
export const parseCondition = (
  resourceType: string,
  criteria: string,
  expression: string,
  context: SearchContext,
): Condition => {
  const parameters = [...new URLSearchParams(criteria)];
  const parsed = parseSearchQuery(resourceType, parameters, context);
  const issues = parsed.outcome === 'refused' ? parsed.issues : parsed.unknown;
  if (parsed.outcome === 'refused' || issues.length > 0) {
    throw new ChartsealError('malformed', 'the condition cannot be read', {
      issues: issues.map(({ code, diagnostics = 'not supported' }) => ({ code, expression, diagnostics })),
    });
  }
  if (parsed.query.conditions.length === 0) {
    throw refusal('malformed', {
      code: 'invalid',
      expression,
      diagnostics: 'a condition needs at least one search parameter',
    });
  }
  const name = `${resourceType}?${parameters
    .map(([key, value]) => `${key}=${value}`)
    .toSorted()
    .join('&')}`;
  return { resourceType, query: parsed.query, name };
};

export type Matched =
  | { readonly kind: 'none' }
  | { readonly kind: 'one'; readonly id: string }
  | { readonly kind: 'many' };

/** `without`: records that are not to be found, for the same unit deletes them. */
export const matchCondition = async (
  view: UnitView,
  { query, resourceType }: Condition,
  without: readonly RecordKey[] = [],
): Promise<Matched> => {
  const gone = new Set(without.flatMap((key) => (key.resourceType === resourceType ? [key.id] : [])));
  const found = await view.match(query, 2 + gone.size);
  const [first, second] = found.filter((id) => !gone.has(id));
  if (first === undefined) return { kind: 'none' };
  return second === undefined ? { kind: 'one', id: first } : { kind: 'many' };
};

import { parseSearchQuery, type SearchContext, type SearchQuery } from '@chartseal/fhir';
import { ChartsealError, type UnitView } from '@chartseal/ports';
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

export const matchCondition = async (view: UnitView, condition: Condition): Promise<Matched> => {
  const [first, second] = await view.match(condition.query, 2);
  if (first === undefined) return { kind: 'none' };
  return second === undefined ? { kind: 'one', id: first } : { kind: 'many' };
};

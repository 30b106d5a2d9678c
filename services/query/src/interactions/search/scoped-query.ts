import type { SearchCondition, SearchQuery } from '@chartseal/fhir';
import { ChartsealError } from '@chartseal/ports';
import { permits, type Principal } from '@chartseal/server';

/**
 * The query with no chain that goes through what the token does not let be searched: its values would show in what is found.
 * @throws ChartsealError `forbidden`
 */
export const scopedQuery = (principal: Principal, query: SearchQuery): SearchQuery => ({
  ...query,
  conditions: query.conditions.map((condition) => scoped(principal, condition)),
});

const scoped = (principal: Principal, condition: SearchCondition): SearchCondition => {
  if (condition.kind === 'not') return { ...condition, condition: scoped(principal, condition.condition) };
  if (condition.kind === 'any') return { ...condition, of: condition.of.map((one) => scoped(principal, one)) };
  if (condition.kind === 'chain') {
    const of = condition.of.filter(({ resourceType }) => permits(principal.scopes, resourceType, 's'));
    if (of.length === 0) throw outOfScope();
    return { ...condition, of: of.map((query) => scopedQuery(principal, query)) };
  }
  if (condition.kind !== 'has') return condition;
  if (!permits(principal.scopes, condition.of.resourceType, 's')) throw outOfScope();
  return { ...condition, of: scopedQuery(principal, condition.of) };
};

const outOfScope = (): ChartsealError =>
  new ChartsealError('forbidden', 'the search goes through a type that the token does not cover');

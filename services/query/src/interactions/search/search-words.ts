import {
  compartmentCondition,
  isResourceType,
  parseSearchQuery,
  parseSystemQuery,
  resourceTypes,
  subjectlessTypes,
  type Issue,
  type ParsedSystemSearch,
  type ResultParameters,
  type SearchContext,
  type SearchQuery,
} from '@chartseal/fhir';
import { ChartsealError } from '@chartseal/ports';
import { permits, requireScope, type Principal } from '@chartseal/server';
import type { Handling } from '../../paging/page.ts';
import type { Parameters } from '../../paging/parameters.ts';
import { typesInCompartment } from './compartments.ts';
import { scopedQuery } from './scoped-query.ts';
import type { SearchScope } from './search-scope.ts';

/** What is asked for, read and held against the token. */
export type SearchWords = {
  readonly queries: readonly SearchQuery[];
  readonly result: ResultParameters;
  /** Parameters that are not known here, each by its name, where the client is lenient. */
  readonly ignored: readonly Issue[];
  /** The words without them. */
  readonly heeded: Parameters;
};

type Read = (parameters: Parameters) => ParsedSystemSearch;

/**
 * Looks nothing up.
 * @throws ChartsealError `malformed` for what cannot be read, `forbidden` for what the token does not cover, `not-found` for a type
 * that no compartment holds
 */
export const searchWords = (
  principal: Principal,
  scope: SearchScope,
  parameters: Parameters,
  handling: Handling,
  context: SearchContext,
): SearchWords => {
  const parsed = readerOf(principal, scope, context)(parameters);
  const issues = parsed.outcome === 'refused' ? parsed.issues : handling === 'strict' ? parsed.unknown : [];
  if (parsed.outcome === 'refused' || issues.length > 0) {
    throw new ChartsealError('malformed', 'the search cannot be read', {
      issues: issues.map(({ code, diagnostics }) => ({ code, diagnostics: diagnostics ?? 'cannot be read' })),
    });
  }
  const { queries, result, unknown, ignored } = parsed;
  return {
    queries: queries.map((query) => scopedQuery(principal, query)),
    result,
    ignored: unknown,
    heeded: parameters.filter(([name]) => !ignored.includes(name)),
  };
};

const readerOf = (principal: Principal, scope: SearchScope, context: SearchContext): Read => {
  if (scope.level === 'type') return (parameters) => ofType(scope.resourceType, parameters, context);
  if (scope.level === 'system') {
    return (parameters) => {
      const { types, rest } = typesAsked(parameters);
      return parseSystemQuery(typesInScope(principal, types ?? everyType(principal), types), rest, context);
    };
  }
  const { compartment, id, resourceType } = scope;
  const within = (query: SearchQuery): readonly SearchQuery[] => {
    const condition = compartmentCondition(compartment, id, query.resourceType);
    return condition === undefined ? [] : [{ ...query, conditions: [condition, ...query.conditions] }];
  };
  if (resourceType !== '*') {
    if (compartmentCondition(compartment, id, resourceType) === undefined) throw notInCompartment();
    return (parameters) => narrowed(ofType(resourceType, parameters, context), within);
  }
  return (parameters) => {
    const { types, rest } = typesAsked(parameters);
    const held = typesInCompartment(compartment).filter((type) => type !== auditTrail);
    const searched = typesInScope(principal, types ?? held, types);
    return narrowed(parseSystemQuery(searched, rest, context), within);
  };
};

const ofType = (resourceType: string, parameters: Parameters, context: SearchContext): ParsedSystemSearch => {
  const parsed = parseSearchQuery(resourceType, parameters, context);
  return parsed.outcome === 'parsed' ? { ...parsed, queries: [parsed.query] } : parsed;
};

const narrowed = (
  parsed: ParsedSystemSearch,
  within: (query: SearchQuery) => readonly SearchQuery[],
): ParsedSystemSearch =>
  parsed.outcome === 'parsed' ? { ...parsed, queries: parsed.queries.flatMap(within) } : parsed;

/** `_type` (R4 search.html#type); once, as a list. @throws ChartsealError `malformed` */
const typesAsked = (parameters: Parameters): { types: readonly string[] | undefined; rest: Parameters } => {
  const [type, ...more] = parameters.filter(([name]) => name === '_type');
  const types = type?.[1].split(',').map((name) => name.trim());
  if (more.length > 0 || types?.every(isResourceType) === false) {
    const issues = [{ code: 'value', expression: '_type', diagnostics: 'a list of resource types, once' } as const];
    throw new ChartsealError('malformed', 'a parameter cannot be read', { issues });
  }
  return { types, rest: parameters.filter(([name]) => name !== '_type') };
};

/** Left out where no type is named: each page of a search would add one more. */
const auditTrail = 'AuditEvent';

/** Where no type is named; for another organisation without those that are shown only beside others. */
const everyType = ({ kind }: Principal): readonly string[] =>
  resourceTypes.filter((type) => type !== auditTrail && (kind === 'own' || !subjectlessTypes.has(type)));

/** Types that were named must be covered; of others those that are. @throws ChartsealError `forbidden` */
const typesInScope = (
  principal: Principal,
  types: readonly string[],
  named: readonly string[] | undefined,
): readonly string[] => {
  for (const type of named ?? []) requireScope(principal, type, 's');
  const covered = types.filter((type) => permits(principal.scopes, type, 's'));
  if (covered.length === 0) throw new ChartsealError('forbidden', 'the token covers no type of this search');
  return covered;
};

const notInCompartment = (): ChartsealError => {
  const diagnostics = 'no record of that type is ever in that compartment';
  return new ChartsealError('not-found', diagnostics, { issues: [{ code: 'not-supported', diagnostics }] });
};

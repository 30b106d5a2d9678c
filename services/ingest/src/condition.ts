import { hash } from 'node:crypto';
import { parseSearchQuery, type SearchCondition, type SearchContext, type SearchQuery } from '@chartseal/fhir';
import { ChartsealError, type RecordKey } from '@chartseal/ports';
import { refusal } from './intake.ts';

/**
 * A search that a write or a reference depends on: `identifier=system|value`. `name` is equal for equal conditions; it stays inside the
 * store, as `locks` do.
 */
export type Condition = {
  readonly resourceType: string;
  readonly query: SearchQuery;
  readonly name: string;
  /** What excludes other conditions that may find the same record. */
  readonly locks: readonly string[];
};

/** Of the parameters of any request, those that say how to answer and nothing of what to find (R4 http.html#parameters). */
const generalParameters: ReadonlySet<string> = new Set(['_format', '_pretty']);

/**
 * Whatever the client prefers, a parameter that is not understood is refused: passed over, it would let the write go to another record.
 * @throws ChartsealError `malformed` where the criteria are empty or not supported. `expression` says where they stood.
 */
export const parseCondition = (
  resourceType: string,
  criteria: string,
  expression: string,
  context: SearchContext,
): Condition => {
  const parameters = [...new URLSearchParams(criteria)].filter(([name]) => !generalParameters.has(name));
  const parsed = parseSearchQuery(resourceType, parameters, context);
  const issues = parsed.outcome === 'refused' ? parsed.issues : parsed.unknown;
  if (parsed.outcome === 'refused' || issues.length > 0) {
    throw new ChartsealError('malformed', 'the condition cannot be read', {
      issues: issues.map(({ code, diagnostics = 'not supported' }) => ({ code, expression, diagnostics })),
    });
  }
  if (parsed.query.conditions.length === 0 || Object.keys(parsed.result).length > 0) {
    const diagnostics = 'a condition needs at least one search parameter, and takes none that only shapes a result';
    throw refusal('malformed', { code: 'invalid', expression, diagnostics });
  }
  const name = `${resourceType}?${parameters
    .map(([key, value]) => `${key}=${value}`)
    .toSorted()
    .join('&')}`;
  return { resourceType, query: parsed.query, name, locks: locksOf(parsed.query) };
};

/**
 * Two conditions that may find one record share a lock. A token locks by its value, whatever its system: `identifier=a|1` and
 * `identifier=1` exclude each other, two people do not. Where nothing is so exact, the parameters themselves are locked.
 */
const locksOf = ({ resourceType, conditions }: SearchQuery): readonly string[] => {
  const exact = conditions.map(exactValues);
  const identifiers = exact.filter((_, index) => codeOf(conditions[index]) === 'identifier').flat();
  const values = identifiers.length > 0 ? identifiers : exact.flat();
  const names = values.length > 0 ? values : conditions.map((condition) => codeOf(condition) ?? condition.kind);
  return names.map((name) => lockName(resourceType, name));
};

/** What a create or update under a condition locks besides: so it is found, whatever the other condition says of it. */
export const identifierLocks = (resource: { readonly resourceType: string; identifier?: unknown }): readonly string[] =>
  [resource.identifier]
    .flat()
    .map((identifier) => (identifier as { readonly value?: unknown } | null | undefined)?.value)
    .filter((value) => typeof value === 'string')
    .map((value) => lockName(resource.resourceType, `identifier=${value}`));

const exactValues = (condition: SearchCondition): readonly string[] => {
  if (condition.kind === 'id') return condition.anyOf.map((id) => `_id=${id}`);
  if (condition.kind === 'token') {
    const values = condition.anyOf.flatMap((test) => (test.match === 'system' ? [] : [test.value]));
    return values.length < condition.anyOf.length ? [] : values.map((value) => `${condition.code}=${value}`);
  }
  if (condition.kind === 'reference') {
    const ids = condition.anyOf.flatMap((test) => (test.match === 'resource' ? [test.targetId] : []));
    return ids.length < condition.anyOf.length ? [] : ids.map((id) => `${condition.code}=${id}`);
  }
  return [];
};

const codeOf = (condition: SearchCondition | undefined): string | undefined =>
  condition !== undefined && 'code' in condition ? condition.code : undefined;

/** A transaction may have thousands, and the database holds each in a table of fixed size: so they share some hundred names. */
const lockNames = 512;

const lockName = (resourceType: string, name: string): string =>
  `condition ${hash('sha256', `${resourceType}?${name}`, 'buffer').readUInt32BE() % lockNames}`;

/** Ids of the records that match, at most so many: inside a unit those that it will find, outside those of now. */
export type Find = (query: SearchQuery, limit: number) => Promise<readonly string[]>;

export type Matched =
  | { readonly kind: 'none' }
  | { readonly kind: 'one'; readonly id: string }
  | { readonly kind: 'many' };

/** `without`: records that are not to be found, for the same unit deletes them. */
export const matchCondition = async (
  find: Find,
  { query, resourceType }: Condition,
  without: readonly RecordKey[] = [],
): Promise<Matched> => {
  const gone = new Set(without.flatMap((key) => (key.resourceType === resourceType ? [key.id] : [])));
  const found = await find(query, 2 + gone.size);
  const [first, second] = found.filter((id) => !gone.has(id));
  if (first === undefined) return { kind: 'none' };
  return second === undefined ? { kind: 'one', id: first } : { kind: 'many' };
};

/** @throws ChartsealError `precondition-failed` where several match: R4 http.html#cond-update, #ccreate and what is alike. */
export const oneOrNone = (matched: Matched, expression?: string): string | undefined => {
  if (matched.kind === 'many')
    throw refusal('precondition-failed', {
      code: 'multiple-matches',
      ...(expression === undefined ? {} : { expression }),
      diagnostics: 'several records match the condition',
    });
  return matched.kind === 'one' ? matched.id : undefined;
};

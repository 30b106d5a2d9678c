import { sql } from 'kysely';
import type { SortRule } from '@chartseal/fhir';
import { anyOf, allOf } from './predicate.ts';
import type { Predicate, Sql } from './predicate.ts';

/** Where a page goes on: the values that its last record was sorted by, as it was then; null where it had none. */
export type Place = { readonly record: number; readonly values: readonly (string | number | null)[] };

const facetOf = ({ code, direction }: SortRule): Sql =>
  sql`coalesce(r.facets #>> ${['s', code, direction === 'ascending' ? '0' : '1']}::text[],
    r.facets #>> ${['s', code]}::text[]) collate "C"`;

const keyOf = (rule: SortRule): Sql => {
  if (rule.code === '_lastUpdated') return sql`r.last_updated`;
  return rule.code === '_id' ? sql`r.logical_id collate "C"` : facetOf(rule);
};

/** What every record has: an index in the same order serves, for which there is no word on nulls. */
const always: ReadonlySet<string> = new Set(['_lastUpdated', '_id']);

/** On `record as r`. */
export const orderOf = (sort: readonly SortRule[]): Sql => {
  const keys = sort.map(
    (rule) =>
      sql`${keyOf(rule)} ${sql.raw(rule.direction === 'ascending' ? 'asc' : 'desc')} ${sql.raw(always.has(rule.code) ? '' : 'nulls last')}`,
  );
  return sql`${sql.join([...keys, sql`r.id`])}`;
};

/** That `record as r` comes after the place. */
export const isAfter = (sort: readonly SortRule[], { record, values }: Place): Predicate => {
  const ties: Predicate[] = [];
  const ways: Predicate[] = [];
  for (const [index, rule] of sort.entries()) {
    const key = keyOf(rule);
    const value = values[index] ?? null;
    const than = sql.raw(rule.direction === 'ascending' ? '>' : '<');
    const beyond = sql<boolean>`${key} ${than} ${value}`;
    if (value !== null)
      ways.push(allOf([...ties, always.has(rule.code) ? beyond : sql`(${beyond} or ${key} is null)`]));
    ties.push(value === null ? sql`${key} is null` : sql`${key} = ${value}`);
  }
  const after = anyOf([...ways, allOf([...ties, sql`r.id > ${record}`])]);
  const [first] = sort;
  if (first === undefined || !always.has(first.code)) return after;
  // Says nothing new, but where an index in that order begins.
  const from = sql.raw(first.direction === 'ascending' ? '>=' : '<=');
  return allOf([sql`${keyOf(first)} ${from} ${values[0] ?? null}`, after]);
};

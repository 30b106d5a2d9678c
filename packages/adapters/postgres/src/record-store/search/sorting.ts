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

/** On `record as r`. */
export const orderOf = (sort: readonly SortRule[]): Sql => {
  const keys = sort.map(
    (rule) => sql`${keyOf(rule)} ${sql.raw(rule.direction === 'ascending' ? 'asc' : 'desc')} nulls last`,
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
    if (value !== null) ways.push(allOf([...ties, sql`(${key} ${than} ${value} or ${key} is null)`]));
    ties.push(value === null ? sql`${key} is null` : sql`${key} = ${value}`);
  }
  return anyOf([...ways, allOf([...ties, sql`r.id > ${record}`])]);
};

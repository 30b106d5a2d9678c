import { sql } from 'kysely';
import type { NumberTest, Prefix } from '@chartseal/fhir';
import { decimalText } from '../index/decimal.ts';
import type { Predicate, Sql } from './predicate.ts';

const numeric = (value: string): Sql => sql`${decimalText(value, 'Infinity')}::numeric`;

/**
 * `matchesNumber` of @chartseal/fhir, in SQL, on `number_term`. Of most rows `low` is `high`: what asks for `high` from below is put so that the
 * index on `low` serves those.
 */
export const matchesNumber = (test: NumberTest, row: Sql): Predicate => {
  const [value, low, high] = [numeric(test.value), numeric(test.low), numeric(test.high)];
  const inside = sql<boolean>`(${row}.low >= ${low} and ${row}.low < ${high} and ${row}.high < ${high})`;
  const beyond = (comparison: Sql): Predicate =>
    sql`(${row}.low ${comparison} or (${row}.low <> ${row}.high and ${row}.high ${comparison}))`;
  const predicates = {
    eq: inside,
    ne: sql<boolean>`not ${inside}`,
    gt: beyond(sql`> ${value}`),
    lt: sql<boolean>`${row}.low < ${value}`,
    ge: beyond(sql`>= ${value}`),
    le: sql<boolean>`${row}.low <= ${value}`,
    sa: sql<boolean>`${row}.low > ${value}`,
    eb: sql<boolean>`(${row}.low < ${value} and ${row}.high < ${value})`,
    ap: sql<boolean>`(${row}.low <= ${high} and ${beyond(sql`>= ${low}`)})`,
  } satisfies Record<Prefix, Predicate>;
  return predicates[test.prefix];
};

import { sql } from 'kysely';
import type { NumberTest, Prefix } from '@chartseal/fhir';
import { decimalText } from '../index/decimal.ts';
import type { Predicate, Sql } from './predicate.ts';

const numeric = (value: string): Sql => sql`${decimalText(value, 'Infinity')}::numeric`;

/**
 * `matchesNumber` of @chartseal/fhir, in SQL, on `number_term`: one of these holds, and each is a range of an index. Of most rows `low` is
 * `high`: those are asked for `low` alone, the few others have an index of their own.
 */
export const matchesNumber = (test: NumberTest, row: Sql): readonly Predicate[] => {
  const [value, low, high] = [numeric(test.value), numeric(test.low), numeric(test.high)];
  const reaches = (comparison: Sql, bound: Sql = sql`true`): readonly Predicate[] => [
    sql`(${row}.low ${comparison} and ${bound})`,
    sql`(${row}.low <> ${row}.high and ${row}.high ${comparison} and ${bound})`,
  ];
  const predicates = {
    eq: [sql<boolean>`(${row}.low >= ${low} and ${row}.low < ${high} and ${row}.high < ${high})`],
    ne: [sql<boolean>`${row}.low < ${low}`, sql<boolean>`(${row}.low >= ${low} and ${row}.high >= ${high})`],
    gt: reaches(sql`> ${value}`),
    lt: [sql<boolean>`${row}.low < ${value}`],
    ge: reaches(sql`>= ${value}`),
    le: [sql<boolean>`${row}.low <= ${value}`],
    sa: [sql<boolean>`${row}.low > ${value}`],
    eb: [sql<boolean>`(${row}.low < ${value} and ${row}.high < ${value})`],
    ap: reaches(sql`>= ${low}`, sql`${row}.low <= ${high}`),
  } satisfies Record<Prefix, readonly Predicate[]>;
  return predicates[test.prefix];
};

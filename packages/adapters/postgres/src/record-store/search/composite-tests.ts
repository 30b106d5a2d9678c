import { sql } from 'kysely';
import type { CompositeTest } from '@chartseal/fhir';
import { composedTerm, firstSystem } from '../index/address.ts';
import { allOf, anyOf, uuidOf } from './predicate.ts';
import type { Predicate, Sql } from './predicate.ts';
import { rowTest } from './row-tests.ts';
import type { Filed } from './row-tests.ts';

/**
 * Of the component `code`, where the first one passes its test. Any code of a system (`system|`) is asked for by the qualifier, which no index
 * leads by: a candidate's own rows are looked through.
 */
const composedFiled =
  (type: string, code: string, [first]: CompositeTest): Filed =>
  (row, kind, ...extra) => {
    const [test] = first.anyOf;
    if (test === undefined) return sql`false`;
    const qualified = (system: string | null): Predicate =>
      sql`${row}.qualifier = ${uuidOf(firstSystem(kind, type, code, system, extra))}`;
    if (test.match === 'system') return qualified(test.system);
    const filed = sql<boolean>`${row}.term = ${uuidOf(composedTerm(kind, type, code, test.value, extra))}`;
    if (test.match === 'value') return filed;
    return allOf([filed, qualified(test.match === 'value-without-system' ? null : test.system)]);
  };

/** Whether rows can be found by it without a candidate. */
export const isFiledByTerm = ([first]: CompositeTest): boolean => first.anyOf[0]?.match !== 'system';

/**
 * Rows of the components after the first, of one instance: what to select from, each way by an index. Of the first of those `row` is the
 * alias, whose record `isOf` narrows.
 */
export const composedRows = (
  type: string,
  test: CompositeTest,
  depth: number,
  isOf: (row: Sql) => Predicate,
): { readonly ways: readonly Sql[]; readonly row: Sql } => {
  const [, ...conditions] = test;
  const [head, ...others] = conditions.map((condition, place) => ({
    row: sql.raw(`c${depth}_${place}`),
    test: rowTest(condition, composedFiled(type, condition.code, test)),
  }));
  if (head === undefined) throw new TypeError('a composite has a second component');
  const { row } = head;
  const tables = [head, ...others].map((one) => sql`${sql.raw(one.test.table)} ${one.row}`);
  const beside = others.map((other) =>
    allOf([
      sql`${other.row}.record = ${row}.record and ${other.row}.part = ${row}.part`,
      anyOf(other.test.where(other.row)),
    ]),
  );
  const ways = head.test
    .where(row)
    .map((own) => sql`${sql.join(tables, sql`, `)} where ${allOf([isOf(row), own, ...beside])}`);
  return { ways, row };
};

import { sql } from 'kysely';
import type { CompositeTest } from '@chartseal/fhir';
import { composedTerm, firstSystem } from '../index/address.ts';
import { allOf, uuidOf } from './predicate.ts';
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

/** Rows of the components after the first, of one instance. Of the first of those `row` is the alias, whose record `isOf` narrows. */
export const composedRows = (
  type: string,
  test: CompositeTest,
  depth: number,
  isOf: (row: Sql) => Predicate,
): { readonly from: Sql; readonly row: Sql } => {
  const [, ...others] = test;
  const aliases = others.map((_, place) => sql.raw(`c${depth}_${place}`));
  const tests = others.map((condition) => rowTest(condition, composedFiled(type, condition.code, test)));
  const head = aliases[0] ?? sql.raw(`c${depth}_0`);
  const tables = aliases.map((row, place) => sql`${sql.raw(tests[place]?.table ?? '')} ${row}`);
  const predicates = aliases.flatMap((row, place) => {
    const own = tests[place]?.where(row) ?? sql<boolean>`false`;
    return place === 0
      ? [isOf(row), own]
      : [sql<boolean>`${row}.record = ${head}.record and ${row}.part = ${head}.part`, own];
  });
  return { from: sql`${sql.join(tables, sql`, `)} where ${allOf(predicates)}`, row: head };
};

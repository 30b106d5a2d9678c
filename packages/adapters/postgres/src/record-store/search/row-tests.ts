import { sql } from 'kysely';
import type { QuantityTest, ReferenceTest, TokenTest, ValueCondition } from '@chartseal/fhir';
import { plainFiling } from '../index/address.ts';
import type { RowKind } from '../index/address.ts';
import * as terms from '../index/terms.ts';
import { matchesDate } from './date-tests.ts';
import { matchesNumber } from './number-tests.ts';
import { allOf, anyOf, uuidOf } from './predicate.ts';
import type { Predicate, Sql } from './predicate.ts';
import { matchesString, matchesUri } from './text-tests.ts';

export type RowTable = 'date_term' | 'string_term' | 'number_term' | 'token_term';

/** Which rows of a table hold what a condition asks for. */
export type RowTest = { readonly table: RowTable; readonly where: (row: Sql) => Predicate };

/** That a row is filed where the condition looks. */
export type Filed = (row: Sql, kind: RowKind, ...extra: readonly string[]) => Predicate;

export const plainlyFiled =
  (type: string, code: string): Filed =>
  (row, kind, ...extra) =>
    sql`${row}.term = ${uuidOf(plainFiling(type, code)(kind, ...extra).term)}`;

const matchesQuantity = ({ number, unit }: QuantityTest, filed: Filed, row: Sql): Predicate => {
  const matches = matchesNumber(number, row);
  if (unit.match === 'canonical') return allOf([filed(row, 'canonical', unit.unit), matches]);
  if (unit.match === 'any') return allOf([filed(row, 'quantity'), matches]);
  const digest = unit.match === 'unit' ? terms.unitDigest(unit.unit) : terms.codedUnitDigest(unit.system, unit.code);
  return allOf([filed(row, 'quantity'), matches, sql`${uuidOf(digest)} = any(${row}.units)`]);
};

const hasValue = (row: Sql, value: string): Predicate => sql`${row}.value = ${uuidOf(terms.valueDigest(value))}`;

const hasSystem = (row: Sql, system: Uint8Array): Predicate => sql`${row}.system = ${uuidOf(system)}`;

const matchesToken = (test: TokenTest, row: Sql): Predicate => {
  if (test.match === 'system') return hasSystem(row, terms.systemQualifier(test.system));
  if (test.match === 'value') return hasValue(row, test.value);
  const system = test.match === 'value-without-system' ? null : test.system;
  return allOf([hasValue(row, test.value), hasSystem(row, terms.systemQualifier(system))]);
};

const matchesReference = (test: ReferenceTest, filed: Filed, row: Sql): Predicate => {
  if (test.match === 'url') return allOf([filed(row, 'url'), hasValue(row, test.url)]);
  const type = test.targetType === undefined ? [] : [hasSystem(row, terms.typeQualifier(test.targetType))];
  return allOf([filed(row, 'reference'), hasValue(row, test.targetId), ...type]);
};

const some = <T>(tests: readonly T[], one: (test: T) => Predicate): Predicate => anyOf(tests.map(one));

/** Tokens and references have rows in `token_term` within composites alone. */
export const rowTest = (condition: ValueCondition, filed: Filed): RowTest => {
  switch (condition.kind) {
    case 'date': {
      const matches = (row: Sql): Predicate =>
        some(condition.anyOf, (test) => matchesDate(test, sql`${row}.start_ms`, sql`${row}.end_ms`));
      return { table: 'date_term', where: (row) => allOf([filed(row, 'date'), matches(row)]) };
    }
    case 'string':
      return {
        table: 'string_term',
        where: (row) => allOf([filed(row, 'string'), some(condition.anyOf, (test) => matchesString(test, row))]),
      };
    case 'uri':
      return {
        table: 'string_term',
        where: (row) => allOf([filed(row, 'uri'), some(condition.anyOf, (test) => matchesUri(test, row))]),
      };
    case 'number':
      return {
        table: 'number_term',
        where: (row) => allOf([filed(row, 'number'), some(condition.anyOf, (test) => matchesNumber(test, row))]),
      };
    case 'quantity':
      return {
        table: 'number_term',
        where: (row) => some(condition.anyOf, (test) => matchesQuantity(test, filed, row)),
      };
    case 'token':
      return {
        table: 'token_term',
        where: (row) => allOf([filed(row, 'token'), some(condition.anyOf, (test) => matchesToken(test, row))]),
      };
    case 'reference':
      return {
        table: 'token_term',
        where: (row) => some(condition.anyOf, (test) => matchesReference(test, filed, row)),
      };
    default:
      throw new TypeError(`no such condition: ${String(condition satisfies never)}`);
  }
};

import { sql } from 'kysely';
import type { QuantityTest, ReferenceTest, TokenTest, ValueCondition } from '@chartseal/fhir';
import { plainFiling } from '../index/address.ts';
import type { RowKind } from '../index/address.ts';
import * as terms from '../index/terms.ts';
import { matchesDate } from './date-tests.ts';
import { matchesNumber } from './number-tests.ts';
import { allOf, uuidOf } from './predicate.ts';
import type { Predicate, Sql } from './predicate.ts';
import { matchesString, matchesUri } from './text-tests.ts';

export type RowTable = 'date_term' | 'string_term' | 'number_term' | 'token_term';

/** Which rows of a table hold what a condition asks for: those for which one of these does, each by an index. */
export type RowTest = { readonly table: RowTable; readonly where: (row: Sql) => readonly Predicate[] };

/** That a row is filed where the condition looks. */
export type Filed = (row: Sql, kind: RowKind, ...extra: readonly string[]) => Predicate;

export const plainlyFiled =
  (type: string, code: string): Filed =>
  (row, kind, ...extra) =>
    sql`${row}.term = ${uuidOf(plainFiling(type, code)(kind, ...extra).term)}`;

/** Each of the predicates, beside another that holds for all. */
const each = (common: Predicate, predicates: readonly Predicate[]): readonly Predicate[] =>
  predicates.map((predicate) => allOf([common, predicate]));

const matchesQuantity = ({ number, unit }: QuantityTest, filed: Filed, row: Sql): readonly Predicate[] => {
  const matches = matchesNumber(number, row);
  if (unit.match === 'canonical') return each(filed(row, 'canonical', unit.unit), matches);
  if (unit.match === 'any') return each(filed(row, 'quantity'), matches);
  const digest = unit.match === 'unit' ? terms.unitDigest(unit.unit) : terms.codedUnitDigest(unit.system, unit.code);
  return each(allOf([filed(row, 'quantity'), sql`${uuidOf(digest)} = any(${row}.units)`]), matches);
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

/** Tokens and references have rows in `token_term` within composites alone. */
export const rowTest = (condition: ValueCondition, filed: Filed): RowTest => {
  switch (condition.kind) {
    case 'date':
      return {
        table: 'date_term',
        where: (row) => condition.anyOf.flatMap((test) => each(filed(row, 'date'), matchesDate(test, row))),
      };
    case 'string':
      return {
        table: 'string_term',
        where: (row) =>
          each(
            filed(row, 'string'),
            condition.anyOf.map((test) => matchesString(test, row)),
          ),
      };
    case 'uri':
      return {
        table: 'string_term',
        where: (row) =>
          each(
            filed(row, 'uri'),
            condition.anyOf.flatMap((test) => matchesUri(test, row)),
          ),
      };
    case 'number':
      return {
        table: 'number_term',
        where: (row) => condition.anyOf.flatMap((test) => each(filed(row, 'number'), matchesNumber(test, row))),
      };
    case 'quantity':
      return {
        table: 'number_term',
        where: (row) => condition.anyOf.flatMap((test) => matchesQuantity(test, filed, row)),
      };
    case 'token':
      return {
        table: 'token_term',
        where: (row) =>
          each(
            filed(row, 'token'),
            condition.anyOf.map((test) => matchesToken(test, row)),
          ),
      };
    case 'reference':
      return {
        table: 'token_term',
        where: (row) => condition.anyOf.map((test) => matchesReference(test, filed, row)),
      };
    default:
      throw new TypeError(`no such condition: ${String(condition satisfies never)}`);
  }
};

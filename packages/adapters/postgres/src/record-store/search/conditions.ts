import { sql } from 'kysely';
import type { SearchCondition, SearchQuery, ValueCondition } from '@chartseal/fhir';
import { typeQualifier } from '../index/terms.ts';
import { composedRows } from './composite-tests.ts';
import { matchesLastUpdated } from './date-tests.ts';
import { alias, allOf, anyOf, exists, uuidOf } from './predicate.ts';
import type { Candidate, Predicate, Sql } from './predicate.ts';
import { plainlyFiled, rowTest } from './row-tests.ts';
import { computedReferenceTerm, hasKey, isKey, keyRows, termKeys } from './term-keys.ts';
import type { TermCondition } from './term-keys.ts';

const hasTerm = (condition: TermCondition, candidate: Candidate): Predicate => {
  const t = alias('t', candidate);
  const keys = termKeys(candidate.type, condition);
  const [only] = keys;
  if (only === undefined) return sql`false`;
  return keys.length === 1
    ? exists(sql`term ${t} where ${t}.record = ${candidate.record} and ${hasKey(only, t)}`, candidate)
    : exists(sql`${keyRows(keys)} join term ${t} on ${isKey(t)} where ${t}.record = ${candidate.record}`, candidate);
};

const hasRow = (condition: ValueCondition, candidate: Candidate): Predicate => {
  const row = alias('x', candidate);
  const { table, where } = rowTest(condition, plainlyFiled(candidate.type, condition.code));
  return exists(
    sql`${sql.raw(table)} ${row} where ${row}.record = ${candidate.record} and ${anyOf(where(row))}`,
    candidate,
  );
};

const ofRecord = (predicate: (row: Sql) => Predicate, candidate: Candidate): Predicate => {
  if (candidate.row !== undefined) return predicate(candidate.row);
  const row = alias('r', candidate);
  return exists(sql`record ${row} where ${row}.id = ${candidate.record} and ${predicate(row)}`, candidate);
};

/** The records that the candidate references by the parameter, each asked for the conditions of its type's queries. */
const referencesOne = (code: string, of: readonly SearchQuery[], candidate: Candidate): Predicate => {
  const own = alias('r', candidate);
  const target = alias('g', candidate);
  const to = alias('v', candidate);
  return anyOf(
    of.map(({ resourceType, conditions }) => {
      const path = ['r', code, resourceType];
      const depth = candidate.depth + 1;
      const inner: Candidate = { ...candidate, type: resourceType, record: sql`${to}.id`, row: to, depth };
      return exists(
        sql`record ${own} cross join lateral jsonb_array_elements_text(${own}.facets #> ${path}::text[]) as ${target} (id)
          join record ${to} on ${to}.resource_type = ${resourceType} and ${to}.logical_id = ${target}.id
          where ${own}.id = ${candidate.record} and not ${to}.deleted and ${holdAll(conditions, inner)}`,
        candidate,
      );
    }),
  );
};

/** The records that reference the candidate by their parameter. */
const isReferencedBy = (code: string, { resourceType, conditions }: SearchQuery, candidate: Candidate): Predicate => {
  const own = alias('r', candidate);
  const by = alias('b', candidate);
  const { depth, evaluation } = candidate;
  const inner: Candidate = { type: resourceType, record: sql`${by}.record`, depth: depth + 1, evaluation };
  return exists(
    sql`record ${own} join term ${by} on ${by}.term = ${computedReferenceTerm(resourceType, code, sql`${own}.logical_id`)}
        and ${by}.qualifier = ${uuidOf(typeQualifier(candidate.type))}
      where ${own}.id = ${candidate.record} and ${holdAll(conditions, inner)}`,
    candidate,
  );
};

export const holdAll = (conditions: readonly SearchCondition[], candidate: Candidate): Predicate =>
  allOf(conditions.map((condition) => holds(condition, candidate)));

/** Whether the condition holds for the candidate: `matchesQuery` of @chartseal/fhir, in SQL. */
export const holds = (condition: SearchCondition, candidate: Candidate): Predicate => {
  switch (condition.kind) {
    case 'id':
      return ofRecord((row) => sql`${row}.logical_id = any(${[...condition.anyOf]}::text[])`, candidate);
    case 'last-updated':
      return ofRecord(
        (row) => anyOf(condition.anyOf.map((test) => matchesLastUpdated(test, sql`${row}.last_updated`))),
        candidate,
      );
    case 'token':
    case 'reference':
      return hasTerm(condition, candidate);
    case 'date':
    case 'string':
    case 'uri':
    case 'number':
    case 'quantity':
      return hasRow(condition, candidate);
    case 'composite':
      return anyOf(
        condition.anyOf.map((test) => {
          const isOf = (row: Sql): Predicate => sql`${row}.record = ${candidate.record}`;
          const { ways } = composedRows(candidate.type, test, candidate.depth, isOf);
          return anyOf(ways.map((way) => exists(way, candidate)));
        }),
      );
    case 'present': {
      const has = ofRecord(
        (row) =>
          sql`(jsonb_exists(${row}.facets -> 's', ${condition.code}) or jsonb_exists(${row}.facets -> 'p', ${condition.code}))`,
        candidate,
      );
      return condition.present ? has : sql`not ${has}`;
    }
    case 'not':
      return sql`not ${holds(condition.condition, candidate)}`;
    case 'any':
      return anyOf(condition.of.map((one) => holds(one, candidate)));
    case 'chain':
      return referencesOne(condition.code, condition.of, candidate);
    case 'has':
      return isReferencedBy(condition.code, condition.of, candidate);
    default:
      throw new TypeError(`no such condition: ${String(condition satisfies never)}`);
  }
};

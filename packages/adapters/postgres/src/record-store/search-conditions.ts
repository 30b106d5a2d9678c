import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { DateTest, ReferenceTest, SearchCondition, TokenTest } from '@chartseal/fhir';
import * as terms from './terms.ts';

export type Predicate = RawBuilder<boolean>;

const anyOf = (predicates: readonly Predicate[]): Predicate => sql`(${sql.join(predicates, sql` or `)})`;

/** `matchesDate` of @chartseal/fhir, in SQL. */
const dateTest = ({ prefix, start, end }: DateTest, from: RawBuilder<unknown>, to: RawBuilder<unknown>): Predicate => {
  const inside = sql<boolean>`(${from} >= ${start} and ${to} <= ${end})`;
  const predicates = {
    eq: inside,
    ne: sql<boolean>`not ${inside}`,
    gt: sql<boolean>`${to} > ${end}`,
    lt: sql<boolean>`${from} < ${start}`,
    ge: sql<boolean>`(${to} > ${end} or ${inside})`,
    le: sql<boolean>`(${from} < ${start} or ${inside})`,
    sa: sql<boolean>`${from} >= ${end}`,
    eb: sql<boolean>`${to} <= ${start}`,
    ap: sql<boolean>`(${from} < ${end} and ${to} > ${start})`,
  } satisfies Record<DateTest['prefix'], Predicate>;
  return predicates[prefix];
};

const term = (value: Uint8Array): Predicate => sql`t.term = ${uuidOf(value)}`;

const qualified = (value: Uint8Array, qualifier: Uint8Array): Predicate =>
  sql`(t.term = ${uuidOf(value)} and t.qualifier = ${uuidOf(qualifier)})`;

const uuidOf = (value: Uint8Array): RawBuilder<unknown> => sql`${Buffer.from(value).toString('hex')}::uuid`;

const tokenTest = (type: string, code: string, test: TokenTest): Predicate => {
  if (test.match === 'system') return term(terms.tokenSystemTerm(type, code, test.system));
  const value = terms.tokenTerm(type, code, test.value);
  if (test.match === 'value') return term(value);
  return qualified(value, terms.systemQualifier(test.match === 'value-without-system' ? null : test.system));
};

const referenceTest = (type: string, code: string, test: ReferenceTest): Predicate => {
  if (test.match === 'url') return term(terms.urlTerm(type, code, test.url));
  const value = terms.referenceTerm(type, code, test.targetId);
  return test.targetType === undefined ? term(value) : qualified(value, terms.typeQualifier(test.targetType));
};

/** `matchesDate` on [lastUpdated, lastUpdated + 1), put so that an index on the column serves. */
const lastUpdatedTest = ({ prefix, start, end }: DateTest): Predicate => {
  const inside = sql<boolean>`(r.last_updated >= ${start} and r.last_updated < ${end})`;
  const predicates = {
    eq: inside,
    ne: sql<boolean>`not ${inside}`,
    gt: sql<boolean>`r.last_updated >= ${end}`,
    lt: sql<boolean>`r.last_updated < ${start}`,
    ge: sql<boolean>`r.last_updated >= ${start}`,
    le: sql<boolean>`r.last_updated < ${end}`,
    sa: sql<boolean>`r.last_updated >= ${end}`,
    eb: sql<boolean>`r.last_updated < ${start}`,
    ap: inside,
  } satisfies Record<DateTest['prefix'], Predicate>;
  return predicates[prefix];
};

/** A condition that the rows of `term` answer. */
export type TermCondition = Extract<SearchCondition, { readonly kind: 'token' | 'reference' }>;

/** Each test of the condition, on `term as t`. */
export const termTests = (type: string, condition: TermCondition): readonly Predicate[] =>
  condition.kind === 'token'
    ? condition.anyOf.map((test) => tokenTest(type, condition.code, test))
    : condition.anyOf.map((test) => referenceTest(type, condition.code, test));

/**
 * `joined`: PostgreSQL may turn it into a join and begin with it. `probed`: it is asked for each candidate, by an index
 * (OFFSET keeps the planner from anything else).
 */
export type Evaluation = 'joined' | 'probed';

const existsTerm = (type: string, condition: TermCondition, record: RawBuilder<unknown>): Predicate =>
  sql`exists (select from term t where t.record = ${record} and ${anyOf(termTests(type, condition))}`;

/**
 * Whether the condition holds: `joined` for `record as r`, `probed` for `candidate.record`.
 */
export const holds = (type: string, condition: SearchCondition, evaluation: Evaluation): Predicate => {
  const isProbed = evaluation === 'probed';
  const record = isProbed ? sql`candidate.record` : sql`r.id`;
  const end = isProbed ? sql`offset 0)` : sql`)`;
  const ofRecord = (predicate: Predicate): Predicate =>
    isProbed ? sql`exists (select from record r where r.id = ${record} and ${predicate} ${end}` : predicate;
  switch (condition.kind) {
    case 'id':
      return ofRecord(sql`r.logical_id = any(${[...condition.anyOf]}::text[])`);
    case 'last-updated':
      return ofRecord(anyOf(condition.anyOf.map(lastUpdatedTest)));
    case 'token':
    case 'reference':
      return sql`${existsTerm(type, condition, record)} ${end}`;
    case 'date': {
      const tests = condition.anyOf.map((test) => dateTest(test, sql`d.start_ms`, sql`d.end_ms`));
      const isCode = sql`d.term = ${uuidOf(terms.dateTerm(type, condition.code))}`;
      return sql`exists (select from date_term d where d.record = ${record} and ${isCode} and ${anyOf(tests)} ${end}`;
    }
    default:
      throw new TypeError(`no such condition: ${String(condition satisfies never)}`);
  }
};

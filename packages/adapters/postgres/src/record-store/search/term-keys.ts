import { sql } from 'kysely';
import type { ReferenceTest, TokenTest, ValueCondition } from '@chartseal/fhir';
import * as terms from '../index/terms.ts';
import { uuidOf, uuidsOf } from './predicate.ts';
import type { Predicate, Sql } from './predicate.ts';

/** Rows of `term`: all of a term, or those with a qualifier. */
export type TermKey = { readonly term: Uint8Array; readonly qualifier: Uint8Array | null };

/** A condition that the rows of `term` answer. */
export type TermCondition = Extract<ValueCondition, { readonly kind: 'token' | 'reference' }>;

const tokenKey = (type: string, code: string, test: TokenTest): TermKey => {
  if (test.match === 'system') return { term: terms.tokenSystemTerm(type, code, test.system), qualifier: null };
  const term = terms.tokenTerm(type, code, test.value);
  if (test.match === 'value') return { term, qualifier: null };
  return { term, qualifier: terms.systemQualifier(test.match === 'value-without-system' ? null : test.system) };
};

const referenceKey = (type: string, code: string, test: ReferenceTest): TermKey => {
  if (test.match === 'url') return { term: terms.urlTerm(type, code, test.url), qualifier: null };
  const { targetType, targetId } = test;
  const qualifier = targetType === undefined ? null : terms.typeQualifier(targetType);
  return { term: terms.referenceTerm(type, code, targetId), qualifier };
};

/** One for each test. */
export const termKeys = (type: string, condition: TermCondition): readonly TermKey[] =>
  condition.kind === 'token'
    ? condition.anyOf.map((test) => tokenKey(type, condition.code, test))
    : condition.anyOf.map((test) => referenceKey(type, condition.code, test));

/** The keys as rows `k (term, qualifier)`, to be joined: a value set may have thousands. */
export const keyRows = (keys: readonly TermKey[]): Sql =>
  sql`unnest(${uuidsOf(keys.map(({ term }) => term))}, ${uuidsOf(keys.map(({ qualifier }) => qualifier))})
    as k (term, qualifier)`;

/** On `term`, beside `keyRows`. */
export const isKey = (row: Sql): Predicate =>
  sql`(${row}.term = k.term and (k.qualifier is null or ${row}.qualifier = k.qualifier))`;

/** On `term` alone. */
export const hasKey = ({ term, qualifier }: TermKey, row: Sql): Predicate =>
  qualifier === null
    ? sql`${row}.term = ${uuidOf(term)}`
    : sql`(${row}.term = ${uuidOf(term)} and ${row}.qualifier = ${uuidOf(qualifier)})`;

/**
 * The term of a reference to a record that the query itself finds: `referenceTerm`, computed by PostgreSQL. An id needs no escape in JSON
 * (R4 datatypes.html#id).
 */
export const computedReferenceTerm = (type: string, code: string, id: Sql): Sql => {
  const head = `${JSON.stringify(['reference', type, code]).slice(0, -1)},"`;
  return sql`encode(substring(sha256(convert_to(${head}::text || ${id} || '"]', 'UTF8')) from 1 for 16), 'hex')::uuid`;
};

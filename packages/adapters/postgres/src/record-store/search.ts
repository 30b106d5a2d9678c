import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql } from 'kysely';
import type { RawBuilder, SelectQueryBuilder } from 'kysely';
import type { DateTest, ReferenceTest, SearchCondition, SearchQuery, TokenTest } from '@chartseal/fhir';
import type { Statement } from '../database/database.ts';
import * as terms from './terms.ts';
import { versionColumns } from './version-row.ts';

type Schema = {
  record: {
    id: string;
    resource_type: string;
    logical_id: string;
    deleted: boolean;
    last_updated: string;
    version_id: number;
  };
};

/** Only writes SQL; the statements run where all others do. */
const builder = new Kysely<Schema>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

type Predicate = RawBuilder<boolean>;

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

const hasTerm = (predicates: readonly Predicate[]): Predicate =>
  sql`exists (select from term t where t.record = r.id and ${anyOf(predicates)})`;

const holds = (type: string, condition: SearchCondition): Predicate => {
  switch (condition.kind) {
    case 'id':
      return sql`r.logical_id = any(${[...condition.anyOf]}::text[])`;
    case 'last-updated':
      return anyOf(condition.anyOf.map((test) => dateTest(test, sql`r.last_updated`, sql`(r.last_updated + 1)`)));
    case 'token':
      return hasTerm(condition.anyOf.map((test) => tokenTest(type, condition.code, test)));
    case 'reference':
      return hasTerm(condition.anyOf.map((test) => referenceTest(type, condition.code, test)));
    case 'date': {
      const tests = condition.anyOf.map((test) => dateTest(test, sql`d.start_ms`, sql`d.end_ms`));
      const isCode = sql`d.term = ${uuidOf(terms.dateTerm(type, condition.code))}`;
      return sql`exists (select from date_term d where d.record = r.id and ${isCode} and ${anyOf(tests)})`;
    }
    default:
      throw new TypeError(`no such condition: ${String(condition satisfies never)}`);
  }
};

const matching = (query: SearchQuery): SelectQueryBuilder<Schema & { r: Schema['record'] }, 'r', object> => {
  const start = builder
    .selectFrom('record as r')
    .where('r.resource_type', '=', query.resourceType)
    .where('r.deleted', '=', false);
  return query.conditions.reduce((select, condition) => select.where(holds(query.resourceType, condition)), start);
};

const statement = ({ sql: text, parameters }: { sql: string; parameters: readonly unknown[] }): Statement => ({
  text,
  values: parameters,
});

/** A page's newest versions, in the order of the records' identities, which never change. */
export const searchStatement = (query: SearchQuery, after: number, limit: number): Statement => {
  const page = matching(query)
    .select(['r.id'])
    .where('r.id', '>', String(after))
    .orderBy('r.id')
    .limit(limit)
    .compile();
  return {
    text: `select ${versionColumns} from (${page.sql}) as page join record r on r.id = page.id
      join version v on v.record = r.id and v.version_id = r.version_id order by r.id`,
    values: page.parameters,
  };
};

export const countStatement = (query: SearchQuery): Statement =>
  statement(
    matching(query)
      .select(sql<string>`count(*)`.as('count'))
      .compile(),
  );

export const matchStatement = (query: SearchQuery, limit: number): Statement =>
  statement(matching(query).select('r.logical_id').orderBy('r.id').limit(limit).compile());

/** Newest versions of the records that have the term, after the given identity. */
export const byTermStatement = (value: Uint8Array, after: number, limit: number): Statement => ({
  name: 'versions-by-term',
  text: `select ${versionColumns}
    from (select record from term where term = $1::uuid and record > $2 order by record limit $3) as page
    join record r on r.id = page.record
    join version v on v.record = r.id and v.version_id = r.version_id order by r.id`,
  values: [Buffer.from(value).toString('hex'), after, limit],
});

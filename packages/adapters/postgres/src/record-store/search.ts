import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler, sql } from 'kysely';
import type { RawBuilder } from 'kysely';
import type { SearchCondition, SearchQuery } from '@chartseal/fhir';
import type { Statement } from '../database/database.ts';
import { holds, termTests } from './search-conditions.ts';
import type { Predicate, TermCondition } from './search-conditions.ts';
import { versionColumns } from './version-row.ts';

/** Only writes SQL; the statements run where all others do. */
const builder = new Kysely<object>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

const compile = (query: RawBuilder<unknown>): Statement => {
  const { sql: text, parameters } = query.compile(builder);
  return { text, values: parameters };
};

const all = (predicates: readonly Predicate[]): RawBuilder<unknown> => sql`(${sql.join(predicates, sql` and `)})`;

/** How few records one value of a code is likely to have, fewest first. */
const selectivity = ['identifier', 'patient', 'subject', 'code', 'category'] as const;

const rankOf = ({ code, kind, anyOf }: TermCondition): number => {
  const place = selectivity.findIndex((known) => known === code);
  const known = place < 0 ? (kind === 'reference' ? 1.5 : 3.5) : place;
  return known + (anyOf.some((test) => test.match === 'system') ? selectivity.length : 0);
};

const isTermCondition = (condition: SearchCondition): condition is TermCondition =>
  condition.kind === 'token' || condition.kind === 'reference';

const driverOf = ({ conditions }: SearchQuery): TermCondition | undefined =>
  conditions.filter(isTermCondition).sort((a, b) => rankOf(a) - rankOf(b))[0];

/** For what has no term to begin with PostgreSQL chooses the way. */
const planned = (query: SearchQuery): RawBuilder<unknown> =>
  all([
    sql`r.resource_type = ${query.resourceType} and not r.deleted`,
    ...query.conditions.map((condition) => holds(query.resourceType, condition, 'joined')),
  ]);

/**
 * The identities of a page, in order. The likely rarest condition leads: its index holds each term's records in the order of
 * the page, so that a page costs what it shows, and the others are asked for each candidate. Left to itself PostgreSQL, when it
 * takes a rare value for a frequent one, walks through every record of the type. Terms name the type, and a deleted record has none.
 */
const pageOf = (query: SearchQuery, after: number, limit: number): RawBuilder<unknown> => {
  const driver = driverOf(query);
  if (driver === undefined)
    return sql`select r.id from record r where r.id > ${after} and ${planned(query)} order by r.id limit ${limit}`;
  const others = query.conditions.filter((condition) => condition !== driver);
  const rest = others.map((condition) => holds(query.resourceType, condition, 'probed'));
  const branches = termTests(query.resourceType, driver).map(
    (test) => sql`(select distinct record as id
      from (select t.record from term t where t.record > ${after} and ${test}) as candidate
      where ${all([sql`true`, ...rest])} order by record limit ${limit})`,
  );
  return sql`select distinct id from (${sql.join(branches, sql` union all `)}) as found order by id limit ${limit}`;
};

/** A page's newest versions, in the order of the records' identities, which never change. */
export const searchStatement = (query: SearchQuery, after: number, limit: number): Statement =>
  compile(sql`select ${sql.raw(versionColumns)} from (${pageOf(query, after, limit)}) as page
    join record r on r.id = page.id
    join version v on v.record = r.id and v.version_id = r.version_id order by r.id`);

export const countStatement = (query: SearchQuery): Statement =>
  compile(sql`select count(*) as count from record r where ${planned(query)}`);

export const matchStatement = (query: SearchQuery, limit: number): Statement =>
  compile(
    sql`select r.logical_id from (${pageOf(query, 0, limit)}) as page join record r on r.id = page.id order by r.id`,
  );

/** Newest versions of the records that have the term, after the given identity. */
export const byTermStatement = (value: Uint8Array, after: number, limit: number): Statement => ({
  name: 'versions-by-term',
  text: `select ${versionColumns}
    from (select record from term where term = $1::uuid and record > $2 order by record limit $3) as page
    join record r on r.id = page.record
    join version v on v.record = r.id and v.version_id = r.version_id order by r.id`,
  values: [Buffer.from(value).toString('hex'), after, limit],
});

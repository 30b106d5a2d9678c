import { sql } from 'kysely';
import type { HistoryCursor, HistoryPage, RecordStore } from '@chartseal/ports';
import { compile } from './search/compile.ts';
import type { Among } from './search/among.ts';
import { allOf, unionAll, uuidsOf } from './search/predicate.ts';
import type { Predicate, Sql } from './search/predicate.ts';
import { fewSubjects } from './search/way.ts';
import { compartmentTerm, formerTerm, subjectTerm, unknownFormer } from './index/terms.ts';
import type { Look } from './search/way.ts';
import { toStoredVersion, versionColumns } from './version-row.ts';
import type { VersionRow } from './version-row.ts';

type Scope = Parameters<RecordStore['historyOf']>[0];
type Options = Parameters<RecordStore['historyOf']>[1];

/** Of a type with fewer records all versions are gathered; of others, the versions of every type are gone through from the newest. */
const fewRecords = 5000;

/** That a version was its record's newest at some moment of the time. One that another of the same millisecond follows never was. */
const wasNewest = ({ start, end }: { readonly start: number; readonly end: number }): Predicate =>
  start >= end
    ? sql`false`
    : sql`(v.last_updated < ${end} and not exists (select from version n where n.record = v.record
        and n.version_id = v.version_id + 1 and n.last_updated <= greatest(${start}::bigint, v.last_updated) offset 0))`;

async function isSmall(look: Look, resourceType: string): Promise<boolean> {
  const [row] = await look<{ count: string }>({
    name: 'type-size',
    text: `select count(*) from (select from record where resource_type = $1 limit ${fewRecords}) as counted`,
    values: [resourceType],
  });
  return Number(row?.count) < fewRecords;
}

/** RecordStore.historyOf: a version that is written meanwhile is newer than where a page has come to. */
export async function historyOf(look: Look, { resourceType }: Scope, options: Options): Promise<HistoryPage> {
  const { limit, after, since, at, among } = options;
  const conditions: Predicate[] = [];
  if (after !== undefined)
    conditions.push(sql`(v.last_updated, v.record, v.version_id) < (${after.time}, ${after.record}, ${after.version})`);
  if (since !== undefined) conditions.push(sql`v.last_updated >= ${since}`);
  if (at !== undefined) conditions.push(wasNewest(at));
  if (among !== undefined && among.length <= fewSubjects && resourceType !== 'Binary')
    return pageOf(look, gathered(among, resourceType, conditions), limit);
  const isGathered = resourceType !== undefined && (await isSmall(look, resourceType));
  const ofType =
    resourceType === undefined || isGathered
      ? []
      : [
          sql<boolean>`exists (select from record t where t.id = v.record and t.resource_type = ${resourceType} offset 0)`,
        ];
  const where = allOf([...conditions, ...ofType]);
  const source = isGathered
    ? sql`record t join version v on v.record = t.id where t.resource_type = ${resourceType} and ${where}`
    : sql`version v where ${where}`;
  return pageOf(look, source, limit);
}

/** All versions of the records that are or were about one of the Patients; of everything also those of Binaries. */
const gathered = (among: Among, resourceType: string | undefined, where: readonly Predicate[]): Sql => {
  const rows = (table: string, column: string, terms: readonly Uint8Array[]): Sql =>
    sql`select t.record from unnest(${uuidsOf(terms)}) as k (term) cross join lateral (
      select s.record from ${sql.raw(table)} s where s.${sql.raw(column)} = k.term offset 0) as t`;
  const records = [
    rows(
      'term',
      'term',
      among.map((patient) =>
        resourceType === undefined ? compartmentTerm(patient) : subjectTerm(resourceType, patient),
      ),
    ),
    rows('former_subject', 'subject', [unknownFormer, ...among.map(formerTerm)]),
    ...(resourceType === undefined ? [sql`select id from record where resource_type = 'Binary'`] : []),
  ];
  const ofType =
    resourceType === undefined
      ? []
      : [
          sql<boolean>`exists (select from record t where t.id = c.record and t.resource_type = ${resourceType} offset 0)`,
        ];
  // Whatever PostgreSQL takes them for, the versions of others are not gone through.
  return sql`(select distinct record from ${unionAll(records)} as rows (record) offset 0) as c
    cross join lateral (select v.* from version v
      where v.record = c.record and ${allOf([sql`v.log = 'records'`, ...where, ...ofType])} offset 0) as v`;
};

async function pageOf(look: Look, source: Sql, limit: number): Promise<HistoryPage> {
  const order = sql`v.last_updated desc, v.record desc, v.version_id desc`;
  const rows = await look<VersionRow>(
    compile(sql`select ${sql.raw(versionColumns)} from (select v.record, v.version_id from ${source}
        order by ${order} limit ${limit}) as page
      join version v on v.record = page.record and v.version_id = page.version_id
      join record r on r.id = v.record order by ${order}`),
  );
  const cursorOf = (row: VersionRow): HistoryCursor => ({
    time: Number(row.last_updated),
    record: Number(row.record),
    version: row.version_id,
  });
  return { versions: rows.map((row) => ({ ...toStoredVersion(row), cursor: cursorOf(row) })) };
}

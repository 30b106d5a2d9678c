import { sql } from 'kysely';
import type { SearchQuery, SortRule } from '@chartseal/fhir';
import type { Statement } from '../../database/database.ts';
import { versionColumns } from '../version-row.ts';
import { amongRows, isAmong, isAmongIfShared, isNarrowed, subjectRows } from './among.ts';
import type { Among } from './among.ts';
import { compile } from './compile.ts';
import { holdAll } from './conditions.ts';
import { allOf as everyOf, unionAll } from './predicate.ts';
import type { Candidate, Evaluation, Predicate, Sql } from './predicate.ts';
import { isAfter, orderOf } from './sorting.ts';
import type { Place } from './sorting.ts';
import { hasKey, isKey, keyRows } from './term-keys.ts';
import type { Way } from './way.ts';

/** A query, how its records are come by, and of whom alone they may be. */
export type Planned = { readonly query: SearchQuery; readonly way: Way; readonly among?: Among };

const itself = { record: sql`r.id`, row: sql`r` };
const led = { record: sql`c.record` };

/** The rest of the conditions, for the candidate of that identity. Terms name the type, and a deleted record has none. */
const others = (
  { query, way, among }: Planned,
  place: Pick<Candidate, 'record' | 'row'>,
  evaluation: Evaluation,
): Predicate => {
  const candidate: Candidate = { type: query.resourceType, ...place, depth: 0, evaluation };
  const leading = way.kind === 'terms' || way.kind === 'gather' ? way.lead.condition : undefined;
  const conditions = query.conditions.filter((condition) => condition !== leading);
  const isBound = among !== undefined && way.kind !== 'subjects' && isNarrowed(query);
  const bound = isBound ? [isAmong(candidate.record)] : [];
  return everyOf([...bound, holdAll(conditions, candidate)]);
};

const isOfType = ({ resourceType }: SearchQuery): Predicate => sql`r.resource_type = ${resourceType} and not r.deleted`;

/** Every one that matches, once, as `id`. */
const allOf = (planned: Planned, evaluation: Evaluation): Sql => {
  const { query, way } = planned;
  if (way.kind === 'subjects')
    return sql`select c.record as id from (select distinct w.record from ${subjectRows(query, way.among)}
          cross join lateral (select t.record, t.qualifier from term t where t.term = k.term offset 0) as w
          where ${isAmongIfShared(sql`w`)} offset 0) as c
        where ${others(planned, led, evaluation)}`;
  return way.kind === 'walk'
    ? sql`select r.id from record r where ${isOfType(query)} and ${others(planned, itself, evaluation)}`
    : sql`select c.record as id from (select distinct rows.record from (${way.lead.source}) as rows offset 0) as c
        where ${others(planned, led, evaluation)}`;
};

/** The first ones after a place, in the order of the records. */
const firstOf = (planned: Planned, after: number, limit: number): Sql => {
  const { query, way } = planned;
  if (way.kind === 'walk')
    return sql`select r.id from record r where ${isOfType(query)} and r.id > ${after}
      and ${others(planned, itself, 'probed')} order by r.id limit ${limit}`;
  if (way.kind === 'gather')
    return sql`select c.record as id from (
        select distinct rows.record from (${way.lead.source}) as rows where rows.record > ${after}
        order by rows.record offset 0) as c
      where ${others(planned, led, 'probed')} order by c.record limit ${limit}`;
  const page = (isKeyed: Predicate): Sql => sql`select distinct c.record as id
    from (select w.record from term w where ${isKeyed} and w.record > ${after}) as c
    where ${others(planned, led, 'probed')} order by c.record limit ${limit}`;
  if (way.kind === 'subjects')
    return sql`select distinct page.id from ${subjectRows(query, way.among)} cross join lateral
      (${page(sql`w.term = k.term and ${isAmongIfShared(sql`w`)}`)}) as page order by page.id limit ${limit}`;
  const { keys } = way.lead;
  const [only] = keys;
  if (only !== undefined && keys.length === 1) return page(hasKey(only, sql`w`));
  return sql`select distinct page.id from ${keyRows(keys)} cross join lateral (${page(isKey(sql`w`))}) as page
    order by page.id limit ${limit}`;
};

/** The first ones after a place, as `id`, in the order of their sort keys. */
const firstSorted = (planned: Planned, sort: readonly SortRule[], place: Place | undefined, limit: number): Sql => {
  const after = place === undefined ? sql`true` : isAfter(sort, place);
  const { query, way } = planned;
  return way.kind === 'walk'
    ? sql`select r.id from record r where ${isOfType(query)} and ${others(planned, itself, 'probed')} and ${after}
        order by ${orderOf(sort)} limit ${limit}`
    : sql`select r.id from (${allOf(planned, 'probed')}) as candidates
        cross join lateral (select * from record where record.id = candidates.id offset 0) as r
        where ${after} order by ${orderOf(sort)} limit ${limit}`;
};

const once = (pages: readonly Sql[]): Sql => {
  const [only] = pages;
  return only !== undefined && pages.length === 1
    ? only
    : sql`select distinct id from (${unionAll(pages.map((page) => sql`(${page})`))}) as found`;
};

export type Page = {
  readonly sort: readonly SortRule[];
  readonly after: Place | undefined;
  readonly limit: number;
};

/** A page's newest versions. */
export const searchStatement = (queries: readonly Planned[], { sort, after, limit }: Page): Statement => {
  const among = queries.find((planned) => planned.among !== undefined)?.among;
  const pages = queries.map((planned) =>
    sort.length === 0 ? firstOf(planned, after?.record ?? 0, limit) : firstSorted(planned, sort, after, limit),
  );
  return compile(sql`${among === undefined ? sql`` : amongRows(among)} select ${sql.raw(versionColumns)} from (${once(pages)}) as page
    join record r on r.id = page.id
    join version v on v.record = r.id and v.version_id = r.version_id order by ${orderOf(sort)} limit ${limit}`);
};

export const countStatement = (queries: readonly Planned[]): Statement => {
  const all = queries.map((planned) => allOf(planned, planned.way.kind === 'walk' ? 'joined' : 'probed'));
  return compile(sql`select count(*) as count from (${once(all)}) as found`);
};

export const matchStatement = (planned: Planned, limit: number): Statement =>
  compile(
    sql`select r.logical_id from (${firstOf(planned, 0, limit)}) as page join record r on r.id = page.id order by r.id`,
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

import type { SearchQuery, SortRule } from '@chartseal/fhir';
import { ChartsealError } from '@chartseal/ports';
import type { SearchCursor, SearchPage } from '@chartseal/ports';
import { cleanText } from '../index/clean-text.ts';
import type { ContentIndex } from '../index/content-index.ts';
import { toStoredVersion } from '../version-row.ts';
import type { VersionRow } from '../version-row.ts';
import { isNarrowed } from './among.ts';
import type { Among } from './among.ts';
import type { Place } from './sorting.ts';
import { countStatement, matchStatement, searchStatement } from './statements.ts';
import type { Planned } from './statements.ts';
import { fewSubjects, wayAmong, wayOf } from './way.ts';
import type { Look, Order } from './way.ts';

type Queries = SearchQuery | readonly SearchQuery[];

const isOne = (queries: Queries): queries is SearchQuery => !Array.isArray(queries);

const eachOf = (queries: Queries): readonly SearchQuery[] => (isOne(queries) ? [queries] : queries);

const plan = (look: Look, queries: Queries, order: Order, among?: Among): Promise<readonly Planned[]> => {
  const each = eachOf(queries);
  return Promise.all(
    each.map(async (query) => {
      if (among === undefined) return { query, way: await wayOf(look, query, order) };
      const isLed = among.length * each.length <= fewSubjects;
      return { query, among, way: await (isLed ? wayAmong(look, query, order, among) : wayOf(look, query, order)) };
    }),
  );
};

const orderOf = ([first]: readonly SortRule[]): Order => {
  if (first === undefined) return 'record';
  return first.code === '_lastUpdated' ? 'time' : 'any';
};

type PlaceRow = { readonly logical_id: string; readonly last_updated: string; readonly content: string };

/** What the record of a cursor was sorted by: looked up again in the version that stood there, so that no cursor carries it. */
async function placeOf(
  look: Look,
  { after, version }: SearchCursor,
  sort: readonly SortRule[],
  indexOf: ContentIndex,
): Promise<Place> {
  if (sort.length === 0) return { record: after, values: [] };
  const [row] = await look<PlaceRow>({
    name: 'place',
    text: `select r.logical_id, v.last_updated, v.content from version v join record r on r.id = v.record
      where v.record = $1 and v.version_id = $2`,
    values: [after, version ?? 0],
  });
  if (row === undefined) throw new ChartsealError('malformed', 'the page to go on from is not known here');
  const { index } = indexOf(row.content);
  const values = sort.map(({ code, direction }) => {
    if (code === '_lastUpdated') return Number(row.last_updated);
    if (code === '_id') return row.logical_id;
    const entry = index.findLast((one) => one.kind === 'sort' && one.code === code);
    if (entry?.kind !== 'sort') return null;
    return cleanText(direction === 'ascending' ? entry.lowest : entry.highest);
  });
  return { record: after, values };
}

export type SearchOptions = {
  readonly after?: SearchCursor;
  readonly limit: number;
  readonly sort?: readonly SortRule[];
  readonly among?: Among;
};

export async function searchRecords(
  look: Look,
  queries: Queries,
  { after, limit, sort = [], among }: SearchOptions,
  indexOf: ContentIndex,
): Promise<SearchPage> {
  const planned = await plan(look, queries, orderOf(sort), among && [...new Set(among)]);
  if (planned.length === 0 || (among?.length === 0 && eachOf(queries).every(isNarrowed))) return { versions: [] };
  const place = after && (await placeOf(look, after, sort, indexOf));
  const rows = await look<VersionRow>(searchStatement(planned, { sort, after: place, limit }));
  const cursorOf = ({ record, version_id: version }: VersionRow): SearchCursor =>
    sort.length === 0 ? { after: Number(record) } : { after: Number(record), version };
  return { versions: rows.map((row) => ({ ...toStoredVersion(row), cursor: cursorOf(row) })) };
}

export async function countRecords(look: Look, queries: Queries): Promise<number> {
  const planned = await plan(look, queries, 'time');
  if (planned.length === 0) return 0;
  const [row] = await look<{ count: string }>(countStatement(planned));
  return Number(row?.count ?? 0);
}

/** Logical ids of the first that match. */
export async function matchRecords(look: Look, query: SearchQuery, limit: number): Promise<readonly string[]> {
  const way = await wayOf(look, query, 'record');
  const rows = await look<{ logical_id: string }>(matchStatement({ query, way }, limit));
  return rows.map((row) => row.logical_id);
}

/** What a search finds among records in memory, and in which order. */
import {
  matchesQuery,
  type OtherRecords,
  type SearchableRecord,
  type SearchQuery,
  type SortRule,
} from '@chartseal/fhir';
import type { SealedVersion, SearchCursor, SearchPage, StoredVersion } from '@chartseal/ports';

export type Kept = StoredVersion & Pick<SealedVersion, 'index' | 'patients' | 'references' | 'bytes'>;
/** A record: its place among all, and its versions from the first. */
export type Entry = { readonly cursor: number; readonly versions: Kept[] };
export type Queries = SearchQuery | readonly SearchQuery[];

type Found = { readonly record: number; readonly version: Kept };

const isOne = (queries: Queries): queries is SearchQuery => !Array.isArray(queries);

const searchable = (version: Kept): SearchableRecord => ({ ...version, lastUpdated: Date.parse(version.lastUpdated) });

const keyOf = ({ code, direction }: SortRule, { id, lastUpdated, index }: Kept): string | undefined => {
  if (code === '_lastUpdated') return lastUpdated;
  if (code === '_id') return id;
  const entry = index.findLast((one) => one.kind === 'sort' && one.code === code);
  if (entry?.kind !== 'sort') return undefined;
  return direction === 'ascending' ? entry.lowest : entry.highest;
};

const compareBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

const inOrder =
  (sort: readonly SortRule[]) =>
  (a: Found, b: Found): number => {
    for (const rule of sort) {
      const [left, right] = [keyOf(rule, a.version), keyOf(rule, b.version)];
      if (left === right) continue;
      if (left === undefined) return 1;
      if (right === undefined) return -1;
      return rule.direction === 'ascending' ? compareBytes(left, right) : compareBytes(right, left);
    }
    return a.record - b.record;
  };

/** The version that a cursor names, wherever its record stands now. */
const placeOf = (entries: readonly Entry[], { after, version }: SearchCursor): Found | undefined => {
  const versions = entries.find(({ cursor }) => cursor === after)?.versions ?? [];
  const then = version === undefined ? versions.at(-1) : versions[version - 1];
  return then && { record: after, version: then };
};

type Asked = {
  readonly sort: readonly SortRule[];
  readonly after: SearchCursor | undefined;
  readonly limit: number;
  readonly among?: readonly string[] | undefined;
};

/** RecordStore law 13. */
const isAmong = ({ resourceType, id, patients, log }: Kept, among: readonly string[]): boolean => {
  const subjects = resourceType === 'Patient' ? [...patients, id] : patients;
  if (log === 'access') return false;
  return resourceType === 'Binary' || (subjects.length > 0 && subjects.every((one) => among.includes(one)));
};

export const searchPage = (
  all: Iterable<Entry>,
  queries: Queries,
  { sort, after, limit, among }: Asked,
): SearchPage => {
  const entries = [...all];
  const current = entries.flatMap(({ cursor, versions }): Found[] => {
    const version = versions.at(-1);
    return version?.state === 'content' ? [{ record: cursor, version }] : [];
  });
  const others: OtherRecords = (type) =>
    current.flatMap(({ version }) => (version.resourceType === type ? [searchable(version)] : []));
  const each = isOne(queries) ? [queries] : queries;
  const compare = inOrder(sort);
  const place = after && placeOf(entries, after);
  const found = current
    .filter(({ version }) => each.some((query) => matchesQuery(query, searchable(version), others)))
    .filter(({ version }) => among === undefined || isAmong(version, among))
    .filter((one) => place === undefined || compare(one, place) > 0)
    .sort(compare);
  return {
    versions: found.slice(0, limit).map(({ record, version }) => ({
      ...version,
      cursor: sort.length === 0 ? { after: record } : { after: record, version: version.versionId },
    })),
  };
};

import { extractIndex } from '../extract-index.ts';
import { matchesQuery, type SearchableRecord } from '../matches-query.ts';
import { parseSearchQuery } from '../parse-search-query.ts';

export const baseUrl = 'http://example.org/fhir';

export type Stored = { readonly resourceType: string; readonly id: string };

const recordOf = (resource: Stored): SearchableRecord => {
  const { resourceType, id } = resource;
  return { resourceType, id, lastUpdated: Date.UTC(2020, 0, 1), index: extractIndex(resource, baseUrl) };
};

/** The parameters of `Type?query`, decoded as a form is; `+` stands for itself. */
const entriesOf = (query: string): readonly (readonly [string, string])[] => [
  ...new URLSearchParams(query.replaceAll('+', '%2B')),
];

/** `Type?query` over all of the resources: the ids found, in their order; the code where it is refused or not known. */
export const find = (search: string, resources: readonly Stored[]): string => {
  const at = search.indexOf('?');
  const type = search.slice(0, at);
  const parsed = parseSearchQuery(type, entriesOf(search.slice(at + 1)), { baseUrl, now: Date.UTC(2026, 0, 1) });
  if (parsed.outcome === 'refused') return `refused ${parsed.issues[0]?.code}`;
  if (parsed.unknown.length > 0) return 'unknown';
  const records = resources.map(recordOf);
  const others = (wanted: string): readonly SearchableRecord[] =>
    records.filter(({ resourceType }) => resourceType === wanted);
  return others(type)
    .filter((record) => matchesQuery(parsed.query, record, others))
    .map(({ id }) => id)
    .join(' ');
};

import { extractIndex, matchesQuery, type SearchableRecord, type SearchQuery } from '@chartseal/fhir';
import type { RecordKey } from '@chartseal/ports';
import type { IncomingResource } from '../intake.ts';

export type BundleRecord = {
  readonly key: RecordKey;
  /** May be read anew each time. */
  readonly read: () => IncomingResource;
  /** Its entry's place in the order of processing. */
  readonly order: number;
};

type Indexed = SearchableRecord & { readonly order: number };
type OfType = { readonly all: readonly Indexed[]; readonly byToken: ReadonlyMap<string, readonly Indexed[]> };

/** What a transaction is about to store, as a search will find it. Looked at only where an entry asks. */
export class InBundle {
  readonly #records: readonly BundleRecord[];
  readonly #baseUrl: string;
  readonly #now: number;
  readonly #byType = new Map<string, OfType>();

  constructor(records: readonly BundleRecord[], { baseUrl, now }: { baseUrl: string; now: number }) {
    this.#records = records;
    this.#baseUrl = baseUrl;
    this.#now = now;
  }

  /** Ids of those that match, of entries that are processed before `before`. */
  matching(query: SearchQuery, before = Infinity): readonly string[] {
    const ofType = this.#ofType(query.resourceType);
    return candidates(query, ofType)
      .filter((record) => record.order < before && matchesQuery(query, record, (type) => this.#ofType(type).all))
      .map(({ id }) => id);
  }

  #ofType(resourceType: string): OfType {
    const known = this.#byType.get(resourceType);
    if (known !== undefined) return known;
    const all = this.#records
      .filter(({ key }) => key.resourceType === resourceType)
      .map(({ key, read, order }) => ({
        ...key,
        order,
        lastUpdated: this.#now,
        index: extractIndex(read(), this.#baseUrl),
      }));
    const byToken = Map.groupBy(
      all.flatMap((record) => tokensOf(record).map((token) => ({ token, record }))),
      ({ token }) => token,
    );
    const ofType = { all, byToken: new Map([...byToken].map(([token, found]) => [token, found.map(recordOf)])) };
    this.#byType.set(resourceType, ofType);
    return ofType;
  }
}

const recordOf = ({ record }: { readonly record: Indexed }): Indexed => record;

const tokensOf = ({ index }: SearchableRecord): readonly string[] => [
  ...new Set(index.flatMap((entry) => (entry.kind === 'token' ? [`${entry.code}=${entry.value}`] : []))),
];

/** Thousands of entries may each ask by an identifier: none of them looks at all the others. */
const candidates = ({ conditions }: SearchQuery, { all, byToken }: OfType): readonly Indexed[] => {
  for (const condition of conditions) {
    if (condition.kind !== 'token') continue;
    const values = condition.anyOf.flatMap((test) => (test.match === 'system' ? [] : [test.value]));
    if (values.length < condition.anyOf.length) continue;
    return [...new Set(values.flatMap((value) => byToken.get(`${condition.code}=${value}`) ?? []))];
  }
  return all;
};

/** The meaning of a SearchQuery: what a store's SQL must find, and its suite compares with. */
import type { IndexEntry } from './index-entry.ts';
import { entryMatches, matchesDate } from './matches-value.ts';
import type { CompositeTest, SearchCondition, SearchQuery } from './search-query.ts';

/** A record as a search sees it. `lastUpdated` in milliseconds since the epoch. */
export type SearchableRecord = {
  readonly resourceType: string;
  readonly id: string;
  readonly lastUpdated: number;
  readonly index: readonly IndexEntry[];
};

/** Every record of a type that chains may lead to, and that may lead here. */
export type OtherRecords = (resourceType: string) => Iterable<SearchableRecord>;

const nobody: OtherRecords = () => [];

const holdsWithin = (test: CompositeTest, { components }: Extract<IndexEntry, { kind: 'composite' }>): boolean =>
  test.length === components.length &&
  test.every((condition, place) => components[place]?.some((entry) => entryMatches(condition, entry)));

const targetsOf = ({ index }: SearchableRecord, code: string): ReadonlySet<string> =>
  new Set(
    index.flatMap((entry) =>
      entry.kind === 'reference' && entry.code === code ? [`${entry.targetType}/${entry.targetId}`] : [],
    ),
  );

const nameOf = ({ resourceType, id }: SearchableRecord): string => `${resourceType}/${id}`;

const holds = (condition: SearchCondition, record: SearchableRecord, others: OtherRecords): boolean => {
  const { id, lastUpdated, index } = record;
  switch (condition.kind) {
    case 'id':
      return condition.anyOf.includes(id);
    case 'last-updated':
      return condition.anyOf.some((test) => matchesDate(test, { start: lastUpdated, end: lastUpdated + 1 }));
    case 'composite':
      return index.some(
        (entry) =>
          entry.kind === 'composite' &&
          entry.code === condition.code &&
          condition.anyOf.some((test) => holdsWithin(test, entry)),
      );
    case 'present':
      return index.some(({ kind, code }) => kind === 'present' && code === condition.code) === condition.present;
    case 'not':
      return !holds(condition.condition, record, others);
    case 'any':
      return condition.of.some((each) => holds(each, record, others));
    case 'chain': {
      const targets = targetsOf(record, condition.code);
      return condition.of.some((query) =>
        [...others(query.resourceType)].some(
          (target) => targets.has(nameOf(target)) && matchesQuery(query, target, others),
        ),
      );
    }
    case 'has':
      return [...others(condition.of.resourceType)].some(
        (referrer) =>
          targetsOf(referrer, condition.code).has(nameOf(record)) && matchesQuery(condition.of, referrer, others),
      );
    case 'token':
    case 'reference':
    case 'date':
    case 'string':
    case 'uri':
    case 'number':
    case 'quantity':
      break;
  }
  return index.some((entry) => isValue(entry) && entryMatches(condition, entry));
};

const isValue = (entry: IndexEntry): entry is Exclude<IndexEntry, { kind: 'composite' | 'present' | 'sort' }> =>
  entry.kind !== 'composite' && entry.kind !== 'present' && entry.kind !== 'sort';

/** @param others what chains and `_has` look at; without them such a condition holds for nobody */
export const matchesQuery = (query: SearchQuery, record: SearchableRecord, others: OtherRecords = nobody): boolean =>
  query.resourceType === record.resourceType && query.conditions.every((condition) => holds(condition, record, others));

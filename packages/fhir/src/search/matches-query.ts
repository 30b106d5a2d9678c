/** The meaning of a SearchQuery: what a store's SQL must find, and its suite compares with. */
import type { DateInterval } from '../datatypes/date-interval.ts';
import type { IndexEntry } from './index-entry.ts';
import type { DateTest, Prefix, ReferenceTest, SearchCondition, SearchQuery, TokenTest } from './search-query.ts';

type Comparison = (test: DateInterval, target: DateInterval) => boolean;

const inside: Comparison = (test, target) => target.start >= test.start && target.end <= test.end;
const reachesBeyond: Comparison = (test, target) => target.end > test.end;
const startsBefore: Comparison = (test, target) => target.start < test.start;

/** https://hl7.org/fhir/R4/search.html#prefix */
const comparisons: Readonly<Record<Prefix, Comparison>> = {
  eq: inside,
  ne: (test, target) => !inside(test, target),
  gt: reachesBeyond,
  lt: startsBefore,
  ge: (test, target) => reachesBeyond(test, target) || inside(test, target),
  le: (test, target) => startsBefore(test, target) || inside(test, target),
  sa: (test, target) => target.start >= test.end,
  eb: (test, target) => target.end <= test.start,
  ap: (test, target) => target.start < test.end && target.end > test.start,
};

/** Whether the test holds for an interval of the resource's. */
export const matchesDate = (test: DateTest, target: DateInterval): boolean => comparisons[test.prefix](test, target);

const matchesToken = (test: TokenTest, { system, value }: { system: string | null; value: string }): boolean => {
  if (test.match === 'system') return system === test.system;
  if (value !== test.value) return false;
  if (test.match === 'value') return true;
  return system === (test.match === 'system-and-value' ? test.system : null);
};

const matchesReference = (test: ReferenceTest, entry: IndexEntry): boolean => {
  if (test.match === 'url') return entry.kind === 'reference-url' && entry.url === test.url;
  return (
    entry.kind === 'reference' &&
    entry.targetId === test.targetId &&
    (test.targetType === undefined || entry.targetType === test.targetType)
  );
};

/** A record as a search sees it. `lastUpdated` in milliseconds since the epoch. */
export type SearchableRecord = {
  readonly resourceType: string;
  readonly id: string;
  readonly lastUpdated: number;
  readonly index: readonly IndexEntry[];
};

const entryHolds = (condition: SearchCondition, entry: IndexEntry): boolean => {
  if (condition.kind === 'id' || condition.kind === 'last-updated' || entry.code !== condition.code) return false;
  if (condition.kind === 'token')
    return entry.kind === 'token' && condition.anyOf.some((test) => matchesToken(test, entry));
  if (condition.kind === 'date')
    return entry.kind === 'date' && condition.anyOf.some((test) => matchesDate(test, entry));
  return condition.anyOf.some((test) => matchesReference(test, entry));
};

const holds = (condition: SearchCondition, { id, lastUpdated, index }: SearchableRecord): boolean => {
  if (condition.kind === 'id') return condition.anyOf.includes(id);
  if (condition.kind === 'last-updated')
    return condition.anyOf.some((test) => matchesDate(test, { start: lastUpdated, end: lastUpdated + 1 }));
  return index.some((entry) => entryHolds(condition, entry));
};

export const matchesQuery = (query: SearchQuery, record: SearchableRecord): boolean =>
  query.resourceType === record.resourceType && query.conditions.every((condition) => holds(condition, record));

/** Whether one value of a record passes one test. https://hl7.org/fhir/R4/search.html#ptypes */
import { Big } from 'big.js';
import type { DateInterval } from '../datatypes/date-interval.ts';
import { foldText } from './fold-text.ts';
import type { ValueEntry } from './index-entry.ts';
import type {
  DateTest,
  NumberTest,
  Prefix,
  QuantityTest,
  ReferenceTest,
  StringTest,
  TokenTest,
  UriTest,
  ValueCondition,
} from './search-query.ts';

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

/** Both included; null where it is open. */
type Bounds = { readonly low: string | null; readonly high: string | null };

const compareLow = (bounds: Bounds, to: string): number => (bounds.low === null ? -1 : new Big(bounds.low).cmp(to));
const compareHigh = (bounds: Bounds, to: string): number => (bounds.high === null ? 1 : new Big(bounds.high).cmp(to));

/**
 * Whether the test holds for a number, or a Range, of the resource's. `eq` and `ne` go by the interval of the implicit precision, `ap` by an
 * overlap with the widened one, the others by the number itself (R4 search.html#number).
 */
export const matchesNumber = ({ prefix, value, low, high }: NumberTest, bounds: Bounds): boolean => {
  switch (prefix) {
    case 'eq':
      return compareLow(bounds, low) >= 0 && compareHigh(bounds, high) < 0;
    case 'ne':
      return compareLow(bounds, low) < 0 || compareHigh(bounds, high) >= 0;
    case 'gt':
      return compareHigh(bounds, value) > 0;
    case 'ge':
      return compareHigh(bounds, value) >= 0;
    case 'lt':
      return compareLow(bounds, value) < 0;
    case 'le':
      return compareLow(bounds, value) <= 0;
    case 'sa':
      return compareLow(bounds, value) > 0;
    case 'eb':
      return compareHigh(bounds, value) < 0;
    case 'ap':
      break;
  }
  return compareLow(bounds, high) <= 0 && compareHigh(bounds, low) >= 0;
};

type Entry<Kind extends ValueEntry['kind']> = Extract<ValueEntry, { kind: Kind }>;

export const matchesQuantity = ({ number, unit }: QuantityTest, entry: Entry<'quantity'>): boolean => {
  switch (unit.match) {
    case 'any':
      return matchesNumber(number, entry);
    case 'unit':
      return (entry.unitCode === unit.unit || entry.unit === unit.unit) && matchesNumber(number, entry);
    case 'code':
      return entry.system === unit.system && entry.unitCode === unit.code && matchesNumber(number, entry);
    case 'canonical':
      break;
  }
  return entry.canonical?.unit === unit.unit && matchesNumber(number, entry.canonical);
};

export const matchesString = ({ match, value }: StringTest, text: string): boolean => {
  if (match === 'exact') return text === value;
  const folded = foldText(text);
  return match === 'starts' ? folded.startsWith(value) : folded.includes(value);
};

/** By path segments: `http://a/b` is above `http://a/b/c`, not above `http://a/bc`. */
const isUnder = (uri: string, above: string): boolean =>
  uri === above || uri.startsWith(above.endsWith('/') ? above : `${above}/`);

export const matchesUri = ({ match, value }: UriTest, uri: string): boolean => {
  if (match === 'exact') return uri === value;
  return match === 'below' ? isUnder(uri, value) : isUnder(value, uri);
};

const matchesToken = (test: TokenTest, { system, value }: Entry<'token'>): boolean => {
  if (test.match === 'system') return system === test.system;
  if (value !== test.value) return false;
  if (test.match === 'value') return true;
  return system === (test.match === 'system-and-value' ? test.system : null);
};

const matchesReference = (test: ReferenceTest, entry: ValueEntry): boolean => {
  if (test.match === 'url') return entry.kind === 'reference-url' && entry.url === test.url;
  return (
    entry.kind === 'reference' &&
    entry.targetId === test.targetId &&
    (test.targetType === undefined || entry.targetType === test.targetType)
  );
};

/** Whether one of the condition's tests holds for the entry. */
export const entryMatches = (condition: ValueCondition, entry: ValueEntry): boolean => {
  if (entry.code !== condition.code) return false;
  switch (condition.kind) {
    case 'reference':
      return condition.anyOf.some((test) => matchesReference(test, entry));
    case 'token':
      return entry.kind === 'token' && condition.anyOf.some((test) => matchesToken(test, entry));
    case 'date':
      return entry.kind === 'date' && condition.anyOf.some((test) => matchesDate(test, entry));
    case 'string':
      return entry.kind === 'string' && condition.anyOf.some((test) => matchesString(test, entry.value));
    case 'uri':
      return entry.kind === 'uri' && condition.anyOf.some((test) => matchesUri(test, entry.value));
    case 'number':
      return entry.kind === 'number' && condition.anyOf.some((test) => matchesNumber(test, entry));
    case 'quantity':
      break;
  }
  return entry.kind === 'quantity' && condition.anyOf.some((test) => matchesQuantity(test, entry));
};

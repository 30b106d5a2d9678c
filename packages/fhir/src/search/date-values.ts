/** https://hl7.org/fhir/R4/search.html#date: which data types give which intervals. */
import { dateInterval } from '../datatypes/date-interval.ts';
import type { DateInterval } from '../datatypes/date-interval.ts';
import type { TypedValue } from './element-path.ts';
import { earliest, latest } from './index-entry.ts';

type Timing = { readonly event?: unknown; readonly repeat?: { readonly boundsPeriod?: unknown } };

const one = (value: unknown): readonly DateInterval[] => {
  const interval = typeof value === 'string' ? dateInterval(value) : undefined;
  return interval === undefined ? [] : [interval];
};

const ofPeriod = (value: unknown): readonly DateInterval[] => {
  const { start, end } = value as { readonly start?: unknown; readonly end?: unknown };
  const [first] = one(start);
  const [last] = one(end);
  // A Period of extensions alone says nothing about time.
  if (first === undefined && last === undefined) return [];
  return [{ start: first?.start ?? earliest, end: last?.end ?? latest }];
};

/** R4: "the specified scheduling details are ignored and only the outer limits matter". */
const ofTiming = ({ event, repeat }: Timing): readonly DateInterval[] => {
  const events = Array.isArray(event) ? event.flatMap(one) : [];
  const bounds = repeat?.boundsPeriod === undefined ? [] : ofPeriod(repeat.boundsPeriod);
  const all = [...events, ...bounds];
  if (all.length === 0) return [];
  return [{ start: Math.min(...all.map(({ start }) => start)), end: Math.max(...all.map(({ end }) => end)) }];
};

export const intervalsOf = ({ type, value }: TypedValue): readonly DateInterval[] => {
  if (typeof value === 'string') return one(value);
  if (typeof value !== 'object' || value === null) return [];
  if (type === 'Period') return ofPeriod(value);
  return type === 'Timing' ? ofTiming(value) : [];
};

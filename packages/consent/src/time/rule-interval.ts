/**
 * Consent-semantics B6. A date does not say when it begins everywhere: it stands for its whole interval, and without a zone for
 * every zone from UTC-12 to UTC+14.
 */
import { dateInterval, type DateInterval } from '@chartseal/fhir';

const hour = 3_600_000;
/** At UTC+14 a day begins first, at UTC-12 it ends last. */
const earliestZone = 14 * hour;
const latestZone = 12 * hour;

/** What lies for sure inside (`inner`, possibly empty) and what lies inside at all (`outer`). Milliseconds; ends are excluded. */
export type RuleInterval = { readonly inner: DateInterval; readonly outer: DateInterval };

export type Match = 'yes' | 'maybe' | 'no';

const isZoned = (text: string): boolean => /T.*(?:Z|[+-]\d\d:\d\d)$/.test(text);

/** Every moment that the date may stand for; undefined if it is none. */
export const widestInterval = (text: string): DateInterval | undefined => {
  const read = dateInterval(text);
  if (read === undefined || isZoned(text)) return read;
  return { start: read.start - earliestZone, end: read.end + latestZone };
};

/** Every moment that is inside the date for sure, in whatever zone it was written. */
const surestInterval = (text: string): DateInterval | undefined => {
  const read = dateInterval(text);
  if (read === undefined || isZoned(text)) return read;
  return { start: read.start + latestZone, end: read.end - earliestZone };
};

export type PeriodFault = 'unreadable-start' | 'unreadable-end' | 'ends-before-it-starts';

/** R4 Period: both ends are included with all that they stand for; an absent one is open. */
export const ruleInterval = (start: string | undefined, end: string | undefined): RuleInterval | PeriodFault => {
  const [first, last] = [start ?? '', end ?? ''].map((text) => ({
    read: dateInterval(text),
    widest: widestInterval(text),
    surest: surestInterval(text),
  }));
  if (start !== undefined && first?.read === undefined) return 'unreadable-start';
  if (end !== undefined && last?.read === undefined) return 'unreadable-end';
  const bounds = (which: 'read' | 'widest' | 'surest'): DateInterval => ({
    start: first?.[which]?.start ?? -Infinity,
    end: last?.[which]?.end ?? Infinity,
  });
  const [read, outer] = [bounds('read'), bounds('widest')];
  if (read.end <= read.start || outer.end <= outer.start) return 'ends-before-it-starts';
  return { inner: bounds('surest'), outer };
};

/** `yes` if all of it is inside for sure, `no` if none of it can be. */
export const isInside = (what: DateInterval, { inner, outer }: RuleInterval): Match => {
  if (what.start >= inner.start && what.end <= inner.end) return 'yes';
  return what.end <= outer.start || what.start >= outer.end ? 'no' : 'maybe';
};

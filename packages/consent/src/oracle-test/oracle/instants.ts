/** B6, by trying every zone. A moment is a number of milliseconds; an interval is half-open. */
import type { Period } from './world.ts';

type Interval = { readonly from: number; readonly until: number };

/** UTC-12 to UTC+14. */
const zones = Array.from({ length: 27 }, (_, index) => index - 12);
const hour = 3_600_000;

/** Everything that a partial date may stand for, one interval for each zone that it may be of. */
const readings = (text: string): readonly Interval[] => {
  const [, year, month, day, clock, second, zone] =
    /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:T(\d\d:\d\d)(?::(\d\d))?(Z|[+-]\d\d:\d\d)?)?$/.exec(text) ?? [];
  if (year === undefined) throw new RangeError(text);
  const [y, m, d] = [Number(year), Number(month ?? 1) - 1, Number(day ?? 1)];
  const [h, min] = (clock ?? '00:00').split(':').map(Number) as [number, number];
  const from = Date.UTC(y, m, d, h, min, Number(second ?? 0));
  let until = from + (second === undefined ? 60_000 : 1000);
  if (clock === undefined) until = Date.UTC(y, m, d + 1);
  if (day === undefined) until = Date.UTC(y, m + 1, 1);
  if (month === undefined) until = Date.UTC(y + 1, 0, 1);
  return offsets(zone).map((offset) => ({ from: from - offset * hour, until: until - offset * hour }));
};

const offsets = (zone: string | undefined): readonly number[] => {
  if (zone === undefined) return zones;
  if (zone === 'Z') return [0];
  const [hours, minutes] = zone.slice(1).split(':').map(Number) as [number, number];
  return [(zone.startsWith('-') ? -1 : 1) * (hours + minutes / 60)];
};

const starts = (text: string | undefined) =>
  text === undefined ? [-Infinity] : readings(text).map(({ from }) => from);
const ends = (text: string | undefined) => (text === undefined ? [Infinity] : readings(text).map(({ until }) => until));

/** Every reading of a period that begins before it ends. */
export const intervals = ({ start, end }: Period): readonly Interval[] =>
  starts(start).flatMap((from) => ends(end).flatMap((until) => (from < until ? [{ from, until }] : [])));

export const everyMoment = (text: string): readonly Interval[] => readings(text);

/** Whether a period holds the data: true if some reading of the one touches some of the other, false unless each holds each. */
export const mayCover = (rule: Period, data: readonly Interval[]): readonly boolean[] => {
  const all = intervals(rule);
  const touches = data.some((one) => all.some(({ from, until }) => from < one.until && one.from < until));
  const holds = data.every((one) => all.every(({ from, until }) => from <= one.from && one.until <= until));
  return [...(touches ? [true] : []), ...(holds ? [] : [false])];
};

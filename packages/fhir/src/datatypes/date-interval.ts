/** https://hl7.org/fhir/R4/search.html#date: a date of any precision stands for all of its interval. */

/** Milliseconds since the epoch; `end` is the first moment after the interval. */
export type DateInterval = { readonly start: number; readonly end: number };

const pattern = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/;

const minute = 60_000;

/** R4 search.html#date leaves a time without a zone to the server: it is read as UTC, as dates are. */
const offsetOf = (zone: string | undefined): number => {
  if (zone === undefined || zone === 'Z') return 0;
  const [hours, minutes] = zone.slice(1).split(':').map(Number);
  return (zone.startsWith('-') ? -1 : 1) * ((hours ?? 0) * 60 + (minutes ?? 0)) * minute;
};

const utc = (year: number, month: number, day: number): number => {
  const date = new Date(0);
  // Date.UTC would take the years 0 to 99 for 1900 to 1999.
  date.setUTCFullYear(year, month, day);
  return date.getTime();
};

const timeInterval = (
  day: number,
  [hour, min, second, fraction, zone]: readonly (string | undefined)[],
): DateInterval => {
  const start = day + Number(hour) * 60 * minute + Number(min) * minute - offsetOf(zone);
  if (second === undefined) return { start, end: start + minute };
  const whole = start + Number(second) * 1000;
  if (fraction === undefined) return { start: whole, end: whole + 1000 };
  const milliseconds = whole + Number(fraction.slice(0, 3).padEnd(3, '0'));
  return { start: milliseconds, end: milliseconds + 10 ** Math.max(0, 3 - fraction.length) };
};

/**
 * The interval of an R4 date, dateTime or instant, or of a search value (which may leave out the seconds); undefined if
 * it is none. Fractions below a millisecond widen to it.
 */
export const dateInterval = (value: string): DateInterval | undefined => {
  const match = pattern.exec(value);
  if (match === null) return undefined;
  const [, year, month, day, ...time] = match;
  const y = Number(year);
  const m = month === undefined ? 0 : Number(month) - 1;
  const d = day === undefined ? 1 : Number(day);
  const start = utc(y, m, d);
  const begin = new Date(start);
  if (begin.getUTCMonth() !== m || begin.getUTCDate() !== d) return undefined;
  if (month === undefined) return { start, end: utc(y + 1, 0, 1) };
  if (day === undefined) return { start, end: utc(y, m + 1, 1) };
  if (time[0] === undefined) return { start, end: start + 24 * 60 * minute };
  if (Number(time[0]) > 23 || Number(time[1]) > 59 || Number(time[2] ?? 0) > 60) return undefined;
  return timeInterval(start, time);
};

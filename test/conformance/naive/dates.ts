/** Moments that a date stands for, in milliseconds since the epoch: [start, end). */
export type Interval = { readonly start: number; readonly end: number };

const day = 86_400_000;

export const intervalOf = (text: string): Interval => {
  const [year = '', month, dayOfMonth] = text.slice(0, 10).split('-');
  if (month === undefined)
    return {
      start: Date.parse(`${year}-01-01`),
      end: Date.parse(`${String(Number(year) + 1).padStart(4, '0')}-01-01`),
    };
  if (dayOfMonth === undefined) {
    const next = new Date(`${year}-${month}-01`);
    next.setUTCMonth(next.getUTCMonth() + 1);
    return { start: Date.parse(`${year}-${month}-01`), end: next.getTime() };
  }
  if (text.length === 10) return { start: Date.parse(text), end: Date.parse(text) + day };
  const fraction = /\.(\d+)/.exec(text)?.[1];
  const start = Date.parse(text.replace(/\.(\d{3})\d*/, '.$1'));
  return { start, end: start + (fraction === undefined ? 1000 : 10 ** Math.max(0, 3 - fraction.length)) };
};

const always = 8_640_000_000_000_000;

/** Of a date, dateTime, instant, Period or Timing; undefined where it says nothing about time. */
export const intervalOfValue = (type: string, value: unknown): Interval | undefined => {
  // A date in words says nothing that could be compared.
  if (typeof value === 'string') return type === 'string' ? undefined : intervalOf(value);
  if (type === 'Period') {
    const { start, end } = value as { start?: string; end?: string };
    if (start === undefined && end === undefined) return undefined;
    return {
      start: start === undefined ? -always : intervalOf(start).start,
      end: end === undefined ? always : intervalOf(end).end,
    };
  }
  if (type !== 'Timing') return undefined;
  const { event = [], repeat } = value as { event?: string[]; repeat?: { boundsPeriod?: object } };
  const bounds = repeat?.boundsPeriod === undefined ? undefined : intervalOfValue('Period', repeat.boundsPeriod);
  const found = [...event.map(intervalOf), ...(bounds === undefined ? [] : [bounds])];
  if (found.length === 0) return undefined;
  return { start: Math.min(...found.map((one) => one.start)), end: Math.max(...found.map((one) => one.end)) };
};

/** https://hl7.org/fhir/R4/search.html#prefix */
export const dateHolds = (prefix: string, asked: Interval, its: Interval): boolean => {
  const within = its.start >= asked.start && its.end <= asked.end;
  switch (prefix) {
    case 'ne':
      return !within;
    case 'gt':
      return its.end > asked.end;
    case 'lt':
      return its.start < asked.start;
    case 'ge':
      return its.end > asked.end || within;
    case 'le':
      return its.start < asked.start || within;
    case 'sa':
      return its.start >= asked.end;
    case 'eb':
      return its.end <= asked.start;
    default:
      return within;
  }
};

/** The parameters of interactions other than a search: a closed list for each. */
import { dateInterval, isResourceType, type DateInterval, type Summary } from '@chartseal/fhir';
import { ChartsealError, type ErrorIssue } from '@chartseal/ports';
import type { Handling } from './page.ts';
import type { Parameters } from './parameters.ts';

export type ClosedWords = {
  readonly _count?: number;
  /** Milliseconds since the epoch. */
  readonly _since?: number;
  readonly _at?: DateInterval;
  readonly _type?: readonly string[];
  readonly _summary?: Summary;
  readonly _elements?: readonly string[];
  readonly _total?: 'none' | 'estimate' | 'accurate';
  readonly start?: DateInterval;
  readonly end?: DateInterval;
  readonly max?: number;
  readonly version?: string;
};
type ClosedName = keyof ClosedWords;

const summaries: ReadonlySet<string> = new Set(['true', 'text', 'data', 'count', 'false'] satisfies Summary[]);
const totals: ReadonlySet<string> = new Set(['none', 'estimate', 'accurate']);

const date = (value: string): DateInterval | undefined => dateInterval(value.replaceAll(' ', '+'));
const list = (value: string, isOne: (item: string) => boolean): readonly string[] | undefined => {
  const items = value.split(',').map((item) => item.trim());
  return items.every(isOne) ? items : undefined;
};

/** Undefined for what cannot be read. */
const readers: { readonly [Name in ClosedName]: (value: string) => ClosedWords[Name] } = {
  _count: (value) => (/^\d{1,9}$/.test(value) ? Number(value) : undefined),
  _since: (value) => date(value)?.start,
  _at: date,
  _type: (value) => list(value, isResourceType),
  _summary: (value) => (summaries.has(value) ? (value as Summary) : undefined),
  _elements: (value) => list(value, (item) => /^([A-Z][A-Za-z]{0,63}\.)?[a-z][A-Za-z0-9]{0,63}$/.test(item)),
  _total: (value) => (totals.has(value) ? (value as 'none' | 'estimate' | 'accurate') : undefined),
  start: date,
  end: date,
  max: (value) => (/^[1-9]\d{0,5}$/.test(value) ? Number(value) : undefined),
  version: (value) => value,
};

/** Read by `negotiate`, or of no consequence here. */
const everywhere: ReadonlySet<string> = new Set(['_format', '_pretty']);

const isClosedName = (name: string): name is ClosedName => Object.hasOwn(readers, name);

/**
 * What of `offered` is asked for, each at most once.
 * @throws ChartsealError `malformed`: for a value that cannot be read, for a repeated name and, if strict, for any other name
 */
export const closedWords = (
  parameters: Parameters,
  offered: readonly ClosedName[],
  handling: Handling,
): { readonly words: ClosedWords; readonly ignored: readonly ErrorIssue[] } => {
  const words = new Map<ClosedName, unknown>();
  const unknown: ErrorIssue[] = [];
  const wrong: ErrorIssue[] = [];
  for (const [name, value] of parameters) {
    if (everywhere.has(name)) continue;
    if (!isClosedName(name) || !offered.includes(name)) {
      const diagnostics = `only ${offered.join(', ')} are supported here`;
      if (unknown.length === 0) unknown.push({ code: 'not-supported', diagnostics });
      continue;
    }
    const read = readers[name](value);
    if (read === undefined || words.has(name)) {
      wrong.push({ code: 'value', expression: name, diagnostics: 'the parameter cannot be read, or is repeated' });
    }
    words.set(name, read);
  }
  const issues = handling === 'strict' ? [...wrong, ...unknown] : wrong;
  if (issues.length > 0) throw new ChartsealError('malformed', 'a parameter cannot be read', { issues });
  return { words: Object.fromEntries(words) as ClosedWords, ignored: unknown };
};

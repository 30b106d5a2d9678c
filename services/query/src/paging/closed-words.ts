/** The parameters of interactions other than a search: a closed list for each. */
import { dateInterval, isResourceType, type DateInterval, type Summary } from '@chartseal/fhir';
import { ChartsealError, type ErrorIssue } from '@chartseal/ports';
import type { Handling } from './page.ts';
import type { Parameters } from './parameters.ts';

/** Each by its parameter's name, without the underscore. */
export type ClosedWords = {
  readonly count?: number;
  /** Milliseconds since the epoch. */
  readonly since?: number;
  readonly at?: DateInterval;
  readonly type?: readonly string[];
  readonly summary?: Summary;
  readonly elements?: readonly string[];
  readonly total?: 'none' | 'estimate' | 'accurate';
  readonly start?: DateInterval;
  readonly end?: DateInterval;
  readonly max?: number;
  readonly version?: string;
};

const summaries: ReadonlySet<string> = new Set(['true', 'text', 'data', 'count', 'false'] satisfies Summary[]);
const totals: ReadonlySet<string> = new Set(['none', 'estimate', 'accurate']);

const date = (value: string): DateInterval | undefined => dateInterval(value.replaceAll(' ', '+'));
const list = (value: string, isOne: (item: string) => boolean): readonly string[] | undefined => {
  const items = value.split(',').map((item) => item.trim());
  return items.every(isOne) ? items : undefined;
};

type Word = keyof ClosedWords;

/** Undefined for what cannot be read. */
const readers: { readonly [Name in Word]: (value: string) => ClosedWords[Name] } = {
  count: (value) => (/^\d{1,9}$/.test(value) ? Number(value) : undefined),
  since: (value) => date(value)?.start,
  at: date,
  type: (value) => list(value, isResourceType),
  summary: (value) => (summaries.has(value) ? (value as Summary) : undefined),
  elements: (value) => list(value, (item) => /^[a-z][A-Za-z0-9]{0,63}$/.test(item)),
  total: (value) => (totals.has(value) ? (value as 'none' | 'estimate' | 'accurate') : undefined),
  start: date,
  end: date,
  max: (value) => (/^[1-9]\d{0,5}$/.test(value) ? Number(value) : undefined),
  version: (value) => value,
};

/** Of FHIR's own every name begins with an underscore, of an operation's none. */
const words = {
  _count: 'count',
  _since: 'since',
  _at: 'at',
  _type: 'type',
  _summary: 'summary',
  _elements: 'elements',
  _total: 'total',
  start: 'start',
  end: 'end',
  max: 'max',
  version: 'version',
} as const satisfies Record<string, Word>;
type ClosedName = keyof typeof words;

/** Read by `negotiate`, or of no consequence here. */
const everywhere: ReadonlySet<string> = new Set(['_format', '_pretty']);

const isClosedName = (name: string): name is ClosedName => Object.hasOwn(words, name);

/**
 * What of `offered` is asked for, each at most once.
 * @throws ChartsealError `malformed`: for a value that cannot be read, for a repeated name and, if strict, for any other name
 */
export const closedWords = (
  parameters: Parameters,
  offered: readonly ClosedName[],
  handling: Handling,
): ClosedWords => {
  const found = new Map<Word, unknown>();
  const wrong: ErrorIssue[] = [];
  for (const [name, value] of parameters) {
    if (everywhere.has(name)) continue;
    if (!isClosedName(name) || !offered.includes(name)) {
      const diagnostics = `only ${offered.join(', ')} are supported here`;
      if (handling === 'strict') wrong.push({ code: 'not-supported', diagnostics });
      continue;
    }
    const read = readers[words[name]](value);
    if (read === undefined || found.has(words[name])) {
      wrong.push({ code: 'value', expression: name, diagnostics: 'the parameter cannot be read, or is repeated' });
    }
    found.set(words[name], read);
  }
  if (wrong.length > 0) throw new ChartsealError('malformed', 'a parameter cannot be read', { issues: wrong });
  return Object.fromEntries(found) as ClosedWords;
};

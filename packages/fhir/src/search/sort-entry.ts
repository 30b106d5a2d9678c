import { foldText } from './fold-text.ts';
import type { IndexEntry, ValueEntry } from './index-entry.ts';
import { sortDecimal, sortMoment, sortText } from './sort-text.ts';

type Bounds = { readonly lowest: string; readonly highest: string };

const one = (text: string): Bounds => ({ lowest: text, highest: text });

/** An open end is beyond every number. */
const numbers = ({ low, high }: { readonly low: string | null; readonly high: string | null }): Bounds => ({
  lowest: low === null ? '' : sortDecimal(low),
  highest: high === null ? '~' : sortDecimal(high),
});

const boundsOf = (entry: ValueEntry): Bounds => {
  switch (entry.kind) {
    case 'date':
      return { lowest: sortMoment(entry.start), highest: sortMoment(entry.end) };
    case 'string':
      return one(sortText(foldText(entry.value)));
    case 'token':
      return one(sortText(entry.value === '' ? (entry.system ?? '') : entry.value));
    case 'reference':
      return one(`${entry.targetType}/${entry.targetId}`);
    case 'reference-url':
      return one(sortText(entry.url));
    case 'uri':
      return one(sortText(entry.value));
    case 'number':
      return numbers(entry);
    case 'quantity':
      break;
  }
  return numbers(entry.canonical ?? entry);
};

const least = (a: string, b: string): string => (a < b ? a : b);
const greatest = (a: string, b: string): string => (a > b ? a : b);

/** What `_sort` compares of a parameter's values; undefined if there are none. `:text` and the like do not count. */
export const sortEntry = (code: string, values: readonly ValueEntry[]): IndexEntry | undefined => {
  const bounds = values.filter((value) => value.code === code).map(boundsOf);
  if (bounds.length === 0) return undefined;
  const lowest = bounds.map((each) => each.lowest).reduce(least);
  const highest = bounds.map((each) => each.highest).reduce(greatest);
  return { kind: 'sort', code, lowest, highest };
};

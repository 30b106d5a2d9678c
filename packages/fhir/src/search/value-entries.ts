import { intervalsOf } from './date-values.ts';
import type { TypedValue } from './element-path.ts';
import type { ValueEntry } from './index-entry.ts';
import { numbersOf, quantitiesOf } from './number-values.ts';
import { referencesOf } from './reference-values.ts';
import { mimeTypeBase, mimeTypeCodes } from './mime-type.ts';
import type { SearchParameterType } from './search-parameter.ts';
import { stringsOf, wordsBeside } from './string-values.ts';
import { tokensOf, typedIdentifiersOf } from './token-values.ts';

/** `:below` of a MIME type is what is left of it without its parameters. */
const mimeTypeEntries = (code: string, { value }: TypedValue): readonly ValueEntry[] =>
  mimeTypeCodes.has(code) && typeof value === 'string'
    ? [{ kind: 'token', code: `${code}:below`, system: null, value: mimeTypeBase(value) }]
    : [];

/** A canonical is found with its version and without. */
const urisOf = ({ type, value }: TypedValue): readonly string[] => {
  if (typeof value !== 'string') return [];
  const bar = type === 'canonical' ? value.lastIndexOf('|') : -1;
  return bar <= 0 ? [value] : [value, value.slice(0, bar)];
};

const tokenEntries = (code: string, value: TypedValue): readonly ValueEntry[] => [
  ...tokensOf(value).map((token): ValueEntry => ({ kind: 'token', code, ...token })),
  ...wordsBeside(value).map((words): ValueEntry => ({ kind: 'string', code: `${code}:text`, value: words })),
  ...typedIdentifiersOf(value).map((token): ValueEntry => ({ kind: 'token', code: `${code}:ofType`, ...token })),
  ...mimeTypeEntries(code, value),
];

/** What a parameter of that type finds one value by. A composite has no values of its own. */
export const valueEntries = (
  code: string,
  type: SearchParameterType,
  value: TypedValue,
  baseUrl: string,
): readonly ValueEntry[] => {
  switch (type) {
    case 'token':
      return tokenEntries(code, value);
    case 'string':
      return stringsOf(value).map((text) => ({ kind: 'string', code, value: text }));
    case 'date':
      return intervalsOf(value).map(({ start, end }) => ({ kind: 'date', code, start, end }));
    case 'number':
      return numbersOf(code, value);
    case 'quantity':
      return quantitiesOf(code, value);
    case 'uri':
      return urisOf(value).map((uri) => ({ kind: 'uri', code, value: uri }));
    case 'reference':
      return referencesOf(code, value, baseUrl);
    case 'composite':
    case 'special':
      break;
  }
  return [];
};

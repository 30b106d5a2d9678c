import { intervalsOf } from './date-values.ts';
import type { TypedValue } from './element-path.ts';
import type { ValueEntry } from './index-entry.ts';
import { numbersOf, quantitiesOf } from './number-values.ts';
import { referencesOf } from './reference-values.ts';
import type { SearchParameterType } from './search-parameter.ts';
import { stringsOf, wordsBeside } from './string-values.ts';
import { tokensOf, typedIdentifiersOf } from './token-values.ts';

const tokenEntries = (code: string, value: TypedValue): readonly ValueEntry[] => [
  ...tokensOf(value).map((token): ValueEntry => ({ kind: 'token', code, ...token })),
  ...wordsBeside(value).map((words): ValueEntry => ({ kind: 'string', code: `${code}:text`, value: words })),
  ...typedIdentifiersOf(value).map((token): ValueEntry => ({ kind: 'token', code: `${code}:ofType`, ...token })),
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
      return typeof value.value === 'string' ? [{ kind: 'uri', code, value: value.value }] : [];
    case 'reference':
      return referencesOf(code, value, baseUrl);
    case 'composite':
    case 'special':
      break;
  }
  return [];
};

/** https://hl7.org/fhir/R4/search.html#escaping: `\,` `\$` `\|` `\\` stand for the character itself. */
import { dateInterval } from '../datatypes/date-interval.ts';
import { parseReference } from '../references/parse-reference.ts';
import { foldText } from './fold-text.ts';
import { numberTest } from './number-test.ts';
import { prefixes } from './search-query.ts';
import type { DateTest, NumberTest, Prefix, ReferenceTest, StringTest, TokenTest, UriTest } from './search-query.ts';

type Separator = ',' | '|' | '$';

/** Splits at a separator that is not escaped; the pieces are still escaped. */
export const split = (value: string, separator: Separator): string[] => {
  const pieces = [''];
  for (let at = 0; at < value.length; at += 1) {
    const character = value.charAt(at);
    if (character === separator) pieces.push('');
    else pieces.push((pieces.pop() ?? '') + (character === '\\' ? value.slice(at, (at += 1) + 1) : character));
  }
  return pieces;
};

/** Undefined if a backslash stands before anything that needs none. */
export const unescape = (value: string): string | undefined =>
  /\\(?![\\,$|])/.test(value.replaceAll('\\\\', '')) ? undefined : value.replaceAll(/\\([\\,$|])/g, '$1');

/** The alternatives of a value, each still escaped; undefined if one is empty. */
export const alternatives = (value: string): readonly string[] | undefined => {
  const pieces = split(value, ',');
  return pieces.includes('') ? undefined : pieces;
};

export const tokenTest = (value: string): TokenTest | undefined => {
  const pieces = split(value, '|').map(unescape);
  const [first, second] = pieces;
  if (first === undefined || pieces.includes(undefined) || pieces.length > 2) return undefined;
  if (second === undefined) return pieces.length === 1 ? { match: 'value', value: first } : undefined;
  if (first === '') return second === '' ? undefined : { match: 'value-without-system', value: second };
  return second === ''
    ? { match: 'system', system: first }
    : { match: 'system-and-value', system: first, value: second };
};

/** `system|code|value` of `:of-type`: "all 3 parts must be present" (R4 search.html#token). */
export const typedIdentifierTest = (value: string): TokenTest | undefined => {
  const pieces = split(value, '|').map(unescape);
  const [system, code, identifier] = pieces;
  if (system === undefined || code === undefined || identifier === undefined) return undefined;
  if (pieces.length > 3 || pieces.includes('')) return undefined;
  return { match: 'system-and-value', system, value: `${code}|${identifier}` };
};

const isPrefix = (text: string): text is Prefix => (prefixes as readonly string[]).includes(text);

/** The prefix of a value, `eq` where there is none, and what follows it. */
export const prefixed = (value: string): { readonly prefix: Prefix; readonly rest: string } => {
  const head = value.slice(0, 2);
  return isPrefix(head) ? { prefix: head, rest: value.slice(2) } : { prefix: 'eq', rest: value };
};

/** @param now milliseconds since the epoch: R4 measures `ap` by a tenth of the distance between now and the date */
export const dateTest = (value: string, now: number): DateTest | undefined => {
  const { prefix, rest } = prefixed(value);
  const interval = dateInterval(rest);
  if (interval === undefined) return undefined;
  if (prefix !== 'ap') return { prefix, ...interval };
  const gap = Math.round(Math.max(now - interval.end, interval.start - now, 0) / 10);
  return { prefix, start: interval.start - gap, end: interval.end + gap };
};

export const prefixedNumberTest = (value: string): NumberTest | undefined => {
  const { prefix, rest } = prefixed(value);
  return numberTest(prefix, rest);
};

/** Folded to nothing, it would match everything. */
export const stringTest = (value: string, match: StringTest['match']): StringTest | undefined => {
  const text = unescape(value);
  if (text === undefined || text === '') return undefined;
  if (match === 'exact') return { match, value: text };
  const folded = foldText(text);
  return folded === '' ? undefined : { match, value: folded };
};

export const uriTest = (value: string, match: UriTest['match']): UriTest | undefined => {
  const uri = unescape(value);
  return uri === undefined || /\s/.test(uri) ? undefined : { match, value: uri };
};

/** @param type the modifier `:Patient`, if there was one */
export const referenceTest = (value: string, baseUrl: string, type?: string): ReferenceTest | undefined => {
  const literal = unescape(value);
  if (literal === undefined) return undefined;
  if (/^[A-Za-z0-9\-.]{1,64}$/.test(literal)) return { match: 'resource', targetType: type, targetId: literal };
  const reference = parseReference(literal, baseUrl);
  if (reference.kind === 'foreign') return { match: 'url', url: reference.url };
  if (reference.kind === 'urn') return { match: 'url', url: reference.urn };
  if (reference.kind !== 'relative' && reference.kind !== 'local-absolute') return undefined;
  if (reference.version !== undefined || (type !== undefined && type !== reference.type)) return undefined;
  return { match: 'resource', targetType: reference.type, targetId: reference.id };
};

/** Undefined if it cannot be a logical id. */
export const idTest = (value: string): string | undefined => (/^[A-Za-z0-9\-.]{1,64}$/.test(value) ? value : undefined);

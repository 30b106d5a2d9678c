/** https://hl7.org/fhir/R4/search.html#escaping: `\,` `\$` `\|` `\\` stand for the character itself. */
import { dateInterval } from '../datatypes/date-interval.ts';
import { isResourceType } from '../definitions/resource-types.ts';
import { parseReference } from '../references/parse-reference.ts';
import { prefixes } from './search-query.ts';
import type { DateTest, Prefix, ReferenceTest, TokenTest } from './search-query.ts';

/** Splits at a separator that is not escaped; the pieces are still escaped. */
const split = (value: string, separator: ',' | '|'): string[] => {
  const pieces = [''];
  for (let at = 0; at < value.length; at += 1) {
    const character = value.charAt(at);
    if (character === separator) pieces.push('');
    else pieces.push((pieces.pop() ?? '') + (character === '\\' ? value.slice(at, (at += 1) + 1) : character));
  }
  return pieces;
};

/** Undefined if a backslash stands before anything that needs none. */
const unescape = (value: string): string | undefined =>
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

const isPrefix = (text: string): text is Prefix => (prefixes as readonly string[]).includes(text);

/** @param now milliseconds since the epoch: R4 measures `ap` by a tenth of the distance between now and the date */
export const dateTest = (value: string, now: number): DateTest | undefined => {
  const head = value.slice(0, 2);
  const prefix = isPrefix(head) ? head : 'eq';
  const interval = dateInterval(isPrefix(head) ? value.slice(2) : value);
  if (interval === undefined) return undefined;
  if (prefix !== 'ap') return { prefix, ...interval };
  const gap = Math.round(Math.max(now - interval.end, interval.start - now, 0) / 10);
  return { prefix, start: interval.start - gap, end: interval.end + gap };
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

export const isTargetModifier = (modifier: string, targets: readonly string[]): boolean =>
  isResourceType(modifier) && targets.includes(modifier);

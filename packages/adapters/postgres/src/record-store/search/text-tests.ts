import { sql } from 'kysely';
import { foldText } from '@chartseal/fhir';
import type { StringTest, UriTest } from '@chartseal/fhir';
import { cleanText, headOf } from '../index/clean-text.ts';
import { exactDigest } from '../index/terms.ts';
import { allOf, uuidOf } from './predicate.ts';
import type { Predicate, Sql } from './predicate.ts';

const lastPoint = 0x10_ffff;

/** The least text that is greater than every one that starts with this; undefined if there is none. */
const after = (prefix: string): string | undefined => {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last === lastPoint) continue;
    const next = last === 0xd7ff ? 0xe000 : last + 1;
    return String.fromCodePoint(...points, next);
  }
  return undefined;
};

const wholeOf = (row: Sql): Sql => sql`coalesce(${row}.whole, ${row}.value)`;

const startsWith = (prefix: string, row: Sql): Predicate => {
  if (prefix === '') return sql`true`;
  const from = headOf(prefix);
  const to = after(from);
  const range: Predicate[] = [sql`${row}.value >= ${from}`];
  if (to !== undefined) range.push(sql`${row}.value < ${to}`);
  return allOf(from === prefix ? range : [...range, sql`starts_with(${row}.whole, ${prefix})`]);
};

const equals = (value: string, row: Sql): Predicate => {
  const head = headOf(value);
  const whole = head === value ? sql`${row}.whole is null` : sql`${row}.whole = ${value}`;
  return sql`(${row}.value = ${head} and ${whole})`;
};

/** On `string_term`, whose values are folded. */
export const matchesString = ({ match, value }: StringTest, row: Sql): Predicate => {
  if (match === 'starts') return startsWith(cleanText(value), row);
  if (match === 'contains') return sql`position(${cleanText(value)} in ${wholeOf(row)}) > 0`;
  return sql`(${equals(cleanText(foldText(value)), row)} and ${row}.exact = ${uuidOf(exactDigest(value))})`;
};

/** The paths over it, itself included. */
const ancestors = (uri: string): readonly string[] => {
  const found = [uri];
  for (let slash = uri.lastIndexOf('/'); slash > 0; slash = uri.lastIndexOf('/', slash - 1))
    found.push(uri.slice(0, slash), uri.slice(0, slash + 1));
  return [...new Set(found)];
};

/** `matchesUri` of @chartseal/fhir, on `string_term`: one of these holds. */
export const matchesUri = ({ match, value: asked }: UriTest, row: Sql): readonly Predicate[] => {
  const value = cleanText(asked);
  if (match === 'above') return ancestors(value).map((uri) => equals(uri, row));
  if (match === 'exact') return [equals(value, row)];
  return [equals(value, row), startsWith(value.endsWith('/') ? value : `${value}/`, row)];
};

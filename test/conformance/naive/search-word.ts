import type { TypedValue } from '@medplum/core';
import { escaped } from './criterion.ts';
import { intervalOfValue } from './dates.ts';
import { componentsOf, type Parameter } from './parameters.ts';
import type { Resource } from './resource.ts';
import { measuredOf, referencesOf, stringsOf, tokensOf, type Token } from './values.ts';

/** A value to search by, and the modifier that it needs. */
export type Word = { readonly modifier: '' | ':text' | ':identifier'; readonly value: string };

const plainWord = (value: string | undefined): Word | undefined =>
  value === undefined ? undefined : { modifier: '', value };

type Written = {
  readonly text?: string;
  readonly display?: string;
  readonly coding?: readonly { readonly display?: string }[];
};

/** What was written in words alone is found by words alone. */
const tokenWord = (value: TypedValue): Word | undefined => {
  const [token] = tokensOf(value);
  if (token !== undefined) return plainWord(tokenText(token));
  const { text, display, coding } = value.value as Written;
  const written = text ?? display ?? coding?.find((one) => one.display !== undefined)?.display;
  return written === undefined ? undefined : { modifier: ':text', value: escaped(written) };
};

const referenceWord = (value: TypedValue): Word | undefined => {
  const [reference] = referencesOf(value);
  if (reference !== undefined) return plainWord(escaped(reference));
  const { identifier } = (value.value ?? {}) as { readonly identifier?: unknown };
  const [token] = tokensOf({ type: 'Identifier', value: identifier });
  return token === undefined ? undefined : { modifier: ':identifier', value: tokenText(token) };
};

const tokenText = (token: Token): string => {
  const code = token.code === undefined ? '' : escaped(token.code);
  return token.system === undefined ? code : `${escaped(token.system)}|${code}`;
};

const dateWord = ({ type, value }: TypedValue): string | undefined => {
  if (typeof value === 'string') return type === 'string' ? undefined : value;
  const interval = intervalOfValue(type, value);
  if (interval === undefined) return undefined;
  const { start, end } = interval;
  const isBounded = start > -8e15;
  return isBounded ? `ge${new Date(start).toISOString()}` : `le${new Date(end - 1).toISOString()}`;
};

const plain = (value: unknown): string | undefined =>
  typeof value === 'number' && !/e/.test(String(value)) ? String(value) : undefined;

const quantityWord = (value: TypedValue): string | undefined => {
  const [measured] = measuredOf(value);
  const fields = value.value as { value?: unknown; low?: { value?: unknown }; high?: { value?: unknown } };
  const number = plain(fields.value);
  if (measured === undefined) return undefined;
  if (number === undefined) {
    const low = plain(fields.low?.value);
    const high = plain(fields.high?.value);
    return low === undefined ? high && `le${high}` : `ge${low}`;
  }
  const { system, code } = measured;
  return system === undefined || code === undefined ? number : `${number}|${escaped(system)}|${escaped(code)}`;
};

/** Undefined where one of the components has no value: such an instance is found by no composite. */
const compositeWord = (parameter: Parameter, value: TypedValue, resource: Resource): Word | undefined => {
  const words = componentsOf(parameter, value, resource).map((component) =>
    component.values.map((one) => searchWord(component.parameter, one, resource)).find((word) => word?.modifier === ''),
  );
  return plainWord(words.includes(undefined) ? undefined : words.map((word) => word?.value).join('$'));
};

/** How to ask for a record that has the value; undefined where the specification gives no way. */
export const searchWord = (parameter: Parameter, value: TypedValue, resource: Resource): Word | undefined => {
  switch (parameter.type) {
    case 'composite':
      return compositeWord(parameter, value, resource);
    case 'token':
      return tokenWord(value);
    case 'string':
      return plainWord(stringsOf(value).map((text) => escaped(text.trim()))[0]);
    case 'date':
      return plainWord(dateWord(value));
    case 'number':
      return plainWord(typeof value.value === 'number' ? plain(value.value) : quantityWord(value));
    case 'quantity':
      return plainWord(quantityWord(value));
    case 'reference':
      return isUnsearchable(parameter, value) ? undefined : referenceWord(value);
    case 'uri':
      return plainWord(typeof value.value === 'string' ? escaped(value.value) : undefined);
    default:
      return undefined;
  }
};

/** Nothing of it is something that R4 searches by: a contained resource, a reference or a date in words, a canonical that is no URL, a Timing without limits, a part of a composite. */
export const isUnsearchable = ({ type }: Parameter, { type: dataType, value }: TypedValue): boolean => {
  if (type === 'composite' || dataType === 'Timing' || dataType === 'SampledData') return true;
  if (typeof value === 'string') return type === 'date' || (type === 'reference' && !/[/:]/.test(value.slice(1)));
  const { reference, identifier, ...rest } = (value ?? {}) as { reference?: string; identifier?: { value?: string } };
  if (type === 'reference')
    return reference === undefined ? identifier?.value === undefined : reference.startsWith('#');
  return Object.keys(rest).every((member) => ['extension', 'id', 'use'].includes(member));
};

/** One search parameter as it is sent, and what it means, decided without the product's parser or index. */
import type { TypedValue } from '@medplum/core';
import { dateHolds, intervalOf, intervalOfValue } from './dates.ts';
import { compare, decimal, impliedRange } from './decimal.ts';
import { valuesOf, type Parameter } from './parameters.ts';
import type { Random } from './random.ts';
import type { Resource, World } from './resource.ts';
import { folded, measuredOf, referencesOf, stringsOf, tokensOf, type Measured, type Token } from './values.ts';

export type Criterion = {
  readonly name: string;
  readonly value: string;
  readonly holds: (resource: Resource, world: World) => boolean;
};

/** R4 search.html#escaping */
export const escaped = (value: string): string => value.replaceAll(/[\\,$|]/g, '\\$&');

type Made = Criterion | undefined;

const some =
  (parameter: Parameter, test: (value: TypedValue) => boolean): Criterion['holds'] =>
  (resource) =>
    valuesOf(resource, parameter).some(test);

const negated =
  (holds: Criterion['holds']): Criterion['holds'] =>
  (resource, world) =>
    !holds(resource, world);

const token = (parameter: Parameter, value: TypedValue, random: Random): Made => {
  const found = random.pick(tokensOf(value));
  if (found?.code === undefined) return undefined;
  const { system, code } = found;
  const ofCode = { word: escaped(code), test: (its: Token): boolean => its.code === code };
  const ofBoth = {
    word: `${escaped(system ?? '')}|${escaped(code)}`,
    test: (its: Token): boolean => its.code === code && its.system === system,
  };
  const ofSystem = { word: `${escaped(system ?? '')}|`, test: (its: Token): boolean => its.system === system };
  const forms = system === undefined ? [ofCode, ofBoth] : [ofCode, ofBoth, ofSystem];
  const { word, test } = random.pick(forms) ?? ofCode;
  const holds = some(parameter, (one) => tokensOf(one).some(test));
  return random.chance(0.2)
    ? { name: `${parameter.code}:not`, value: word, holds: negated(holds) }
    : { name: parameter.code, value: word, holds };
};

const string = (parameter: Parameter, value: TypedValue, random: Random): Made => {
  const found = random.pick(stringsOf(value));
  if (found === undefined || found.trim() === '') return undefined;
  const kind = random.pick(['starts', 'exact', 'contains'] as const);
  const start = found.slice(0, 1 + random.below(Math.min(found.length, 20))).trim();
  const middle = found.slice(random.below(found.length)).slice(0, 12).trim();
  const word = kind === 'exact' ? found : kind === 'starts' ? start : middle;
  if (folded(word) === '') return undefined;
  const test = {
    exact: (its: string) => its === found,
    starts: (its: string) => folded(its).startsWith(folded(word)),
    contains: (its: string) => folded(its).includes(folded(word)),
  }[kind ?? 'starts'];
  const name = kind === 'starts' ? parameter.code : `${parameter.code}:${kind}`;
  return { name, value: escaped(word), holds: some(parameter, (one) => stringsOf(one).some(test)) };
};

const prefixes = ['', 'eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb'] as const;

const textIn = ({ type, value }: TypedValue): string | undefined => {
  if (typeof value === 'string') return type === 'string' ? undefined : value;
  const { start, end } = (type === 'Period' ? value : {}) as { start?: string; end?: string };
  return start ?? end;
};

const date = (parameter: Parameter, value: TypedValue, random: Random): Made => {
  const written = textIn(value);
  if (written === undefined) return undefined;
  const word = random.chance(0.5) ? written : written.slice(0, random.pick([4, 7, 10]) ?? 10);
  const prefix = random.pick(prefixes) ?? '';
  const asked = intervalOf(word);
  const test = (one: TypedValue): boolean => {
    const its = intervalOfValue(one.type, one.value);
    return its !== undefined && dateHolds(prefix, asked, its);
  };
  return { name: parameter.code, value: `${prefix}${word}`, holds: some(parameter, test) };
};

const numberHolds = (prefix: string, word: string, { low, high }: Measured): boolean => {
  const point = decimal(word);
  const range = impliedRange(word);
  const lowTo = (to: typeof point): number => (low === undefined ? -1 : compare(low, to));
  const highTo = (to: typeof point): number => (high === undefined ? 1 : compare(high, to));
  const within = lowTo(range.low) >= 0 && highTo(range.high) < 0;
  switch (prefix) {
    case 'ne':
      return !within;
    case 'gt':
      return highTo(point) > 0;
    case 'lt':
      return lowTo(point) < 0;
    case 'ge':
      return highTo(point) >= 0;
    case 'le':
      return lowTo(point) <= 0;
    case 'sa':
      return lowTo(point) > 0;
    case 'eb':
      return highTo(point) < 0;
    default:
      return within;
  }
};

const measured = (parameter: Parameter, value: TypedValue, random: Random): Made => {
  const number: unknown = typeof value.value === 'number' ? value.value : (value.value as { value?: unknown }).value;
  if (typeof number !== 'number' || /e/.test(String(number))) return undefined;
  const word = String(number);
  const prefix = random.pick(prefixes) ?? '';
  const [its] = measuredOf(value);
  if (its === undefined) return undefined;
  const form = parameter.type === 'quantity' ? random.pick(['bare', 'code', 'unit'] as const) : 'bare';
  const { system, code, unit } = its;
  if (form === 'code' && system !== undefined && code !== undefined) {
    const holds = some(parameter, (one) =>
      measuredOf(one).some((m) => m.system === system && m.code === code && numberHolds(prefix, word, m)),
    );
    // Under UCUM other units convert: those are compared where nothing else than the code itself is stored.
    return system === 'http://unitsofmeasure.org'
      ? undefined
      : { name: parameter.code, value: `${prefix}${word}|${escaped(system)}|${escaped(code)}`, holds };
  }
  const written = code ?? unit;
  if (form === 'unit' && written !== undefined) {
    const holds = some(parameter, (one) =>
      measuredOf(one).some((m) => (m.code === written || m.unit === written) && numberHolds(prefix, word, m)),
    );
    return { name: parameter.code, value: `${prefix}${word}||${escaped(written)}`, holds };
  }
  return {
    name: parameter.code,
    value: `${prefix}${word}`,
    holds: some(parameter, (one) => measuredOf(one).some((m) => numberHolds(prefix, word, m))),
  };
};

const reference = (parameter: Parameter, value: TypedValue, random: Random): Made => {
  const found = random.pick(referencesOf(value));
  const [, type, id] = /^([A-Z]\w+)\/([^/]+)$/.exec(found ?? '') ?? [];
  if (found === undefined || type === undefined || id === undefined) return undefined;
  const holds = some(parameter, (one) => referencesOf(one).includes(found));
  return random.chance(0.5) && (parameter.target ?? []).includes(type)
    ? { name: `${parameter.code}:${type}`, value: id, holds }
    : { name: parameter.code, value: found, holds };
};

const uri = (parameter: Parameter, { value }: TypedValue, random: Random): Made => {
  if (typeof value !== 'string') return undefined;
  const exact = some(parameter, (one) => one.value === value);
  const parent = value.replace(/\/[^/]*$/, '');
  if (random.chance(0.5) || parent === value || /[/:]$/.test(parent))
    return { name: parameter.code, value: escaped(value), holds: exact };
  const below = some(parameter, (one) => one.value === parent || String(one.value).startsWith(`${parent}/`));
  return { name: `${parameter.code}:below`, value: escaped(parent), holds: below };
};

const makers: Readonly<Record<string, (parameter: Parameter, value: TypedValue, random: Random) => Made>> = {
  token,
  string,
  date,
  number: measured,
  quantity: measured,
  reference,
  uri,
};

/** A criterion on this parameter, after one of the values that the resource has; undefined where it has none that serves. */
export const criterionOn = (parameter: Parameter, resource: Resource, random: Random): Made => {
  const values = valuesOf(resource, parameter);
  const value = random.pick(values);
  const maker = makers[parameter.type];
  if (value === undefined || maker === undefined) return undefined;
  if (random.chance(0.08)) {
    const missing = random.chance(0.5);
    const holds = (one: Resource): boolean => (valuesOf(one, parameter).length === 0) === missing;
    return { name: `${parameter.code}:missing`, value: String(missing), holds };
  }
  return maker(parameter, value, random);
};

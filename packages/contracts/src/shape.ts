import { refuse } from './refusal.ts';

/** Reads an untrusted value, or refuses it as `malformed` and names its place. */
export type Shape<T> = (value: unknown, at: string) => T;

type Shapes<T> = { readonly [K in keyof T]-?: Shape<T[K]> };

const malformed = (at: string): never => refuse('malformed', { at });

export const text =
  (pattern: RegExp, maxLength: number): Shape<string> =>
  (value, at) =>
    typeof value === 'string' && value.length <= maxLength && value.isWellFormed() && pattern.test(value)
      ? value
      : malformed(at);

/** A whole number from 0 to 2^53 - 1. */
export const count: Shape<number> = (value, at) =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : malformed(at);

export const flag: Shape<boolean> = (value, at) => (typeof value === 'boolean' ? value : malformed(at));

export const oneOf =
  <const T extends string>(...values: readonly T[]): Shape<T> =>
  (value, at) =>
    values.find((known) => known === value) ?? malformed(at);

export const nullable =
  <T>(shape: Shape<T>): Shape<T | null> =>
  (value, at) =>
    value === null ? null : shape(value, at);

export const list =
  <T>(shape: Shape<T>, maxLength: number): Shape<readonly T[]> =>
  (value, at) =>
    Array.isArray(value) && value.length <= maxLength
      ? value.map((item: unknown, index) => shape(item, `${at}[${index}]`))
      : malformed(at);

/** An object of any member names that fit, each of the same shape. */
export const record =
  <T>(name: Shape<string>, shape: Shape<T>, maxSize: number): Shape<Readonly<Record<string, T>>> =>
  (value, at) => {
    const members = Object.entries(asObject(value, at));
    if (members.length > maxSize) return malformed(at);
    return Object.fromEntries(members.map(([key, item]) => [name(key, at), shape(item, `${at}.${key}`)]));
  };

/** An object with exactly these members. */
export const closed =
  <T extends object>(members: Shapes<T>): Shape<T> =>
  (value, at) => {
    const result = some(members)(value, at);
    const missing = Object.keys(members).find((name) => !Object.hasOwn(result, name));
    return missing === undefined ? (result as T) : malformed(path(at, missing));
  };

/** An object with all of the first members, and some of the others. */
export const closedWith =
  <T extends object, O extends object>(required: Shapes<T>, optional: Shapes<O>): Shape<T & Partial<O>> =>
  (value, at) => {
    const result = some<T & O>({ ...required, ...optional } as unknown as Shapes<T & O>)(value, at);
    const missing = Object.keys(required).find((name) => !Object.hasOwn(result, name));
    return missing === undefined ? (result as T & Partial<O>) : malformed(path(at, missing));
  };

/** An object with some of these members and no others. */
export const some =
  <T extends object>(members: Shapes<T>): Shape<Partial<T>> =>
  (value, at) => {
    const shapes: Readonly<Record<string, Shape<unknown>>> = members;
    const entries = Object.entries(asObject(value, at)).map(([name, item]) => {
      const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
      return [name, shape === undefined ? malformed(at) : shape(item, path(at, name))];
    });
    return Object.fromEntries(entries) as Partial<T>;
  };

/** Reads a transaction's JSON argument. */
export function readArgument<T>(json: string, shape: Shape<T>): T {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return refuse('malformed', { at: '' });
  }
  return shape(value, '');
}

const asObject = (value: unknown, at: string): object =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : malformed(at);

const path = (at: string, name: string): string => (at === '' ? name : `${at}.${name}`);

/**
 * FHIR's JSON of one element (R4 json.html#primitive): the value is the member's, what a primitive has besides stands in a second member
 * with `_` before its name; where the element repeats, each is an array, and places in them correspond.
 */
import type { NumberSpelling } from '../json/number-spelling.ts';
import type { JsonValue } from '../json/parse.ts';
import { setMember, settle, spellingOf } from './graft.ts';

export type JsonObject = { [member: string]: JsonValue };

export type Element = {
  /** Undefined where a primitive has only extensions or an id. */
  readonly value: JsonValue | undefined;
  readonly shadow: JsonValue | undefined;
  /** Of a number. */
  readonly spelling: string | undefined;
};

export const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const own = (container: JsonObject, member: string): JsonValue | undefined =>
  Object.hasOwn(container, member) ? container[member] : undefined;

/** The elements under that member, one where it does not repeat. */
export const readElements = (container: JsonObject, member: string, numbers: NumberSpelling): Element[] => {
  const values = own(container, member);
  const shadows = own(container, `_${member}`);
  if (!Array.isArray(values) && !Array.isArray(shadows)) {
    if (values === undefined && shadows === undefined) return [];
    const spelling = values && spellingOf({ value: values, place: { container, key: member }, numbers });
    return [{ value: values, shadow: shadows, spelling: typeof spelling === 'string' ? spelling : undefined }];
  }
  const listed = Array.isArray(values) ? values : [];
  const beside = Array.isArray(shadows) ? shadows : [];
  return Array.from({ length: Math.max(listed.length, beside.length) }, (_, key) => {
    const value = listed[key] ?? undefined;
    const spelling =
      value === undefined ? undefined : spellingOf({ value, place: { container: listed, key }, numbers });
    return { value, shadow: beside[key] ?? undefined, spelling };
  });
};

/** Puts them there instead; the member goes where none is left. */
export const writeElements = (
  container: JsonObject,
  member: string,
  repeats: 'repeats' | 'once',
  elements: readonly Element[],
  numbers: NumberSpelling,
): void => {
  Reflect.deleteProperty(container, member);
  Reflect.deleteProperty(container, `_${member}`);
  if (repeats === 'once') {
    const [only] = elements;
    if (only?.value !== undefined) setMember(container, member, only.value);
    if (only?.shadow !== undefined) setMember(container, `_${member}`, only.shadow);
    settle({ container, key: member }, only?.spelling, numbers);
    return;
  }
  if (elements.some(({ value }) => value !== undefined)) {
    const values = elements.map(({ value }) => value ?? null);
    setMember(container, member, values);
    for (const [key, { spelling }] of elements.entries()) settle({ container: values, key }, spelling, numbers);
  }
  if (elements.some(({ shadow }) => shadow !== undefined))
    setMember(
      container,
      `_${member}`,
      elements.map(({ shadow }) => shadow ?? null),
    );
};

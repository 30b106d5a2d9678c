import type { JsonValue } from '../json/parse.ts';

/** RFC 6902 §4.6: numbers by their value, objects whatever the order of their members. */
export const isJsonEqual = (a: JsonValue, b: JsonValue): boolean => {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
    return a.every((each, index) => isJsonEqual(each, b[index] ?? null));
  }
  const members = Object.keys(a);
  return (
    members.length === Object.keys(b).length &&
    members.every((member) => Object.hasOwn(b, member) && isJsonEqual(a[member] ?? null, b[member] ?? null))
  );
};

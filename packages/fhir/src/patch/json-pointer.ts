import type { JsonValue } from '../json/parse.ts';
import { malformed, notApplicable } from './patch-error.ts';
import type { Place } from './graft.ts';

/** RFC 6901 §3 and §4: the reference tokens, unescaped. Empty for the whole document. */
export const parsePointer = (pointer: unknown): readonly string[] => {
  if (typeof pointer !== 'string' || (pointer !== '' && !pointer.startsWith('/')) || /~(?![01])/.test(pointer))
    throw malformed('a path must be a JSON Pointer (RFC 6901)');
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
};

/** An index without leading zeros (RFC 6901 §4), at most `limit`. */
export const indexAt = (token: string, limit: number): number => {
  if (!/^(0|[1-9]\d{0,9})$/.test(token)) throw notApplicable('an index of an array must be a number');
  const index = Number(token);
  if (index > limit) throw notApplicable('an index is beyond the end of its array');
  return index;
};

/** The value that the tokens lead to. @throws PatchError where there is none */
export const valueAt = (root: JsonValue, tokens: readonly string[]): JsonValue => {
  let value = root;
  for (const token of tokens) value = child(value, token);
  return value;
};

/** Where the value is that the tokens lead to; undefined for the root. */
export const placeAt = (root: JsonValue, tokens: readonly string[]): Place | undefined => {
  const token = tokens.at(-1);
  if (token === undefined) return undefined;
  const container = valueAt(root, tokens.slice(0, -1));
  if (typeof container !== 'object' || container === null) throw notApplicable('a path leads nowhere');
  return { container, key: Array.isArray(container) ? indexAt(token, container.length) : token };
};

const child = (value: JsonValue, token: string): JsonValue => {
  if (typeof value !== 'object' || value === null) throw notApplicable('a path leads nowhere');
  const found = Array.isArray(value) ? value[indexAt(token, value.length - 1)] : ownMember(value, token);
  if (found === undefined) throw notApplicable('a path leads nowhere');
  return found;
};

const ownMember = (value: { readonly [member: string]: JsonValue }, token: string): JsonValue | undefined =>
  Object.hasOwn(value, token) ? value[token] : undefined;

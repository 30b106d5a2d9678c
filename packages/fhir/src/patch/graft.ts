import { defaultJsonLimits, type JsonValue } from '../json/parse.ts';
import type { NumberSpelling } from '../json/number-spelling.ts';
import { PatchError } from './patch-error.ts';

export type Place = { readonly container: object; readonly key: string | number };
export type Spelled = {
  readonly value: JsonValue;
  readonly place: Place | undefined;
  readonly numbers: NumberSpelling;
};

/** What one patch may copy, in nodes and characters: `copy` of a document into itself doubles it each time. */
export class PatchBudget {
  private left: number;

  constructor(size = 50 * 1024 * 1024) {
    this.left = size;
  }

  spend(size: number): void {
    this.left -= size;
    if (this.left < 0) throw new PatchError('too-large', 'too-costly', 'the patch makes the resource too large');
  }
}

/** About what a value without text takes in memory and time. */
const nodeCost = 100;

/**
 * A deep copy that keeps how numbers are spelled, in `numbers`. The copy of a bare number is spelled once it has a place: `settle`.
 * @throws PatchError where it nests deeper than JSON may that comes in
 */
export const graft = (source: Spelled, numbers: NumberSpelling, budget: PatchBudget, depth = 0): JsonValue => {
  const { value } = source;
  budget.spend(typeof value === 'string' ? nodeCost + value.length : nodeCost);
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= defaultJsonLimits.maxDepth)
    throw new PatchError('not-applicable', 'structure', 'the patch nests the resource too deep');
  const copy: JsonValue[] | { [member: string]: JsonValue } = Array.isArray(value) ? [] : {};
  for (const [member, each] of Object.entries(value)) {
    const key = Array.isArray(value) ? Number(member) : member;
    if (typeof key === 'string') budget.spend(key.length);
    const from: Spelled = { value: each, place: { container: value, key }, numbers: source.numbers };
    setMember(copy, key, graft(from, numbers, budget, depth + 1));
    if (typeof each === 'number') settle({ container: copy, key }, spellingOf(from), numbers);
  }
  return copy;
};

/** How the number there is written; undefined where there is none. */
export const spellingOf = ({ value, place, numbers }: Spelled): string | undefined =>
  typeof value === 'number' ? numbers.write(place?.container, place?.key ?? '', value) : undefined;

export const settle = ({ container, key }: Place, spelling: string | undefined, numbers: NumberSpelling): void => {
  if (spelling !== undefined) numbers.keep(container, key, spelling);
};

/** Plain assignment to `__proto__` would set the prototype and lose the member. */
export const setMember = (container: object, key: string | number, value: JsonValue): void => {
  if (key !== '__proto__') (container as { [member: string | number]: JsonValue })[key] = value;
  else Object.defineProperty(container, key, { value, enumerable: true, configurable: true, writable: true });
};

/** Puts `inserted` in place of `removed` elements. Bare numbers after it keep how they are spelled, at their new index. */
export const spliceArray = (
  array: JsonValue[],
  at: number,
  removed: number,
  inserted: readonly { readonly value: JsonValue; readonly spelling: string | undefined }[],
  numbers: NumberSpelling,
): void => {
  const spellings = array.map((value, key) => spellingOf({ value, place: { container: array, key }, numbers }));
  spellings.splice(at, removed, ...inserted.map(({ spelling }) => spelling));
  array.splice(at, removed, ...inserted.map(({ value }) => value));
  for (const [key, spelling] of spellings.entries()) settle({ container: array, key }, spelling, numbers);
};

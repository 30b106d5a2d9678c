/**
 * JSON Patch, RFC 6902, in place on a parsed document, so that the numbers of what it does not touch stay spelled as they were, and those
 * that it brings as the patch has them (1.00 is not 1.0: R4 datatypes.html#decimal). Libraries clone, and a clone has lost that.
 */
import { JsonError } from '../json/json-error.ts';
import type { NumberSpelling } from '../json/number-spelling.ts';
import { parseJson, type JsonValue, type ParsedJson } from '../json/parse.ts';
import { graft, PatchBudget, setMember, settle, spellingOf, spliceArray, type Place, type Spelled } from './graft.ts';
import { isJsonEqual } from './json-equal.ts';
import { parsePointer, placeAt, valueAt } from './json-pointer.ts';
import { atOperation, malformed, notApplicable, PatchError } from './patch-error.ts';

type Operation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: readonly string[]; readonly value: Spelled }
  | { readonly op: 'remove'; readonly path: readonly string[] }
  | { readonly op: 'move' | 'copy'; readonly path: readonly string[]; readonly from: readonly string[] };

/** Read once, applied as often as a plan runs. */
export type JsonPatch = { readonly kind: 'json-patch'; readonly operations: readonly Operation[] };

/** @throws PatchError `malformed`: no JSON, or not RFC 6902 */
export const parseJsonPatch = (text: string): JsonPatch => {
  const { value, numbers } = jsonOf(text);
  if (!Array.isArray(value)) throw malformed('a JSON Patch is an array of operations');
  return { kind: 'json-patch', operations: value.map((each, index) => atOperation(index, () => read(each, numbers))) };
};

const jsonOf = (text: string): ParsedJson => {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw malformed('the patch is not JSON that can be read');
  }
};

const read = (raw: JsonValue, numbers: NumberSpelling): Operation => {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw malformed('an operation is an object');
  const path = parsePointer(raw['path']);
  const { op, value } = raw;
  if (op === 'remove') return { op, path };
  if (op === 'move' || op === 'copy') return { op, path, from: parsePointer(raw['from']) };
  if (op !== 'add' && op !== 'replace' && op !== 'test')
    throw malformed('an operation is add, remove, replace, move, copy or test');
  if (value === undefined) throw malformed('a value is required');
  return { op, path, value: { value, place: { container: raw, key: 'value' }, numbers } };
};

/**
 * Changes the document in place; the patch stays as it is. A patch that fails half way leaves the document half changed: throw it away.
 * @returns the document, another one where the root was replaced
 * @throws PatchError naming the operation
 */
export const applyJsonPatch = (document: ParsedJson, { operations }: JsonPatch): JsonValue => {
  const patched = new Patched(document);
  for (const [index, operation] of operations.entries()) atOperation(index, () => patched.apply(operation));
  return patched.root;
};

class Patched {
  root: JsonValue;
  private readonly numbers: NumberSpelling;
  private readonly budget = new PatchBudget();

  constructor({ value, numbers }: ParsedJson) {
    this.root = value;
    this.numbers = numbers;
  }

  apply(operation: Operation): void {
    const { path } = operation;
    switch (operation.op) {
      case 'add':
        return this.add(path, this.copyOf(operation.value), spellingOf(operation.value));
      case 'remove':
        return this.remove(path);
      case 'replace':
        return this.replace(path, operation.value);
      case 'test':
        if (isJsonEqual(valueAt(this.root, path), operation.value.value)) return;
        throw new PatchError('not-applicable', 'conflict', 'a test of the patch does not hold');
      case 'copy': {
        const from = this.spelledAt(operation.from);
        return this.add(path, this.copyOf(from), spellingOf(from));
      }
      case 'move':
        return this.move(operation.from, path);
    }
  }

  private copyOf(source: Spelled): JsonValue {
    return graft(source, this.numbers, this.budget);
  }

  private spelledAt(path: readonly string[]): Spelled {
    return { value: valueAt(this.root, path), place: placeAt(this.root, path), numbers: this.numbers };
  }

  private add(path: readonly string[], value: JsonValue, spelling: string | undefined): void {
    const place = this.placeToAdd(path);
    if (place === undefined) this.root = value;
    else if (Array.isArray(place.container))
      spliceArray(place.container as JsonValue[], Number(place.key), 0, [{ value, spelling }], this.numbers);
    else this.set(place, value, spelling);
  }

  /** RFC 6902 §4.1: `-` is the place after the last element. */
  private placeToAdd(path: readonly string[]): Place | undefined {
    if (path.at(-1) !== '-') return placeAt(this.root, path);
    const container = valueAt(this.root, path.slice(0, -1));
    if (Array.isArray(container)) return { container, key: container.length };
    return placeAt(this.root, path);
  }

  private remove(path: readonly string[]): void {
    valueAt(this.root, path);
    const place = placeAt(this.root, path);
    if (place === undefined) throw notApplicable('the whole resource cannot be removed');
    if (Array.isArray(place.container))
      spliceArray(place.container as JsonValue[], Number(place.key), 1, [], this.numbers);
    else Reflect.deleteProperty(place.container, place.key);
  }

  private replace(path: readonly string[], source: Spelled): void {
    valueAt(this.root, path);
    const place = placeAt(this.root, path);
    if (place === undefined) this.root = this.copyOf(source);
    else this.set(place, this.copyOf(source), spellingOf(source));
  }

  /** RFC 6902 §4.4: not into a part of itself. */
  private move(from: readonly string[], path: readonly string[]): void {
    const moved = this.spelledAt(from);
    if (from.length < path.length && from.every((token, index) => path[index] === token))
      throw notApplicable('a value cannot be moved into itself');
    if (from.length === path.length && from.every((token, index) => path[index] === token)) return;
    const spelling = spellingOf(moved);
    this.remove(from);
    this.add(path, moved.value, spelling);
  }

  private set(place: Place, value: JsonValue, spelling: string | undefined): void {
    setMember(place.container, place.key, value);
    settle(place, spelling, this.numbers);
  }
}

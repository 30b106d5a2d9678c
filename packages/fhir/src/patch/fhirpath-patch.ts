/** https://hl7.org/fhir/R4/fhirpatch.html */
import type { NumberSpelling } from '../json/number-spelling.ts';
import { defaultJsonLimits, type JsonValue, type ParsedJson } from '../json/parse.ts';
import { isObject, writeElements, type Element, type JsonObject } from './elements.ts';
import { PatchBudget } from './graft.ts';
import { Locator, type Node, type Slot } from './locate.ts';
import { atOperation, malformed, notApplicable } from './patch-error.ts';
import { parsePatchPath, type PathStep } from './patch-path.ts';
import { elementFor, memberFor, type ValuePart } from './patch-value.ts';

type Operation =
  | { readonly type: 'add'; readonly path: readonly PathStep[]; readonly name: string; readonly value: ValuePart }
  | { readonly type: 'insert'; readonly path: readonly PathStep[]; readonly index: number; readonly value: ValuePart }
  | { readonly type: 'replace'; readonly path: readonly PathStep[]; readonly value: ValuePart }
  | { readonly type: 'delete'; readonly path: readonly PathStep[] }
  | {
      readonly type: 'move';
      readonly path: readonly PathStep[];
      readonly source: number;
      readonly destination: number;
    };

/** Read once, applied as often as a plan runs. */
export type FhirPathPatch = { readonly kind: 'fhirpath-patch'; readonly operations: readonly Operation[] };

/** `parameters`: a valid Parameters. @throws PatchError `malformed` */
export const parseFhirPathPatch = (parameters: object, numbers: NumberSpelling): FhirPathPatch => {
  const { resourceType, parameter = [] } = parameters as { resourceType?: unknown; parameter?: JsonValue };
  if (resourceType !== 'Parameters' || !Array.isArray(parameter)) throw malformed('a FHIRPath Patch is a Parameters');
  return {
    kind: 'fhirpath-patch',
    operations: parameter.map((each, index) => atOperation(index, () => readOperation(each, numbers))),
  };
};

const readOperation = (raw: JsonValue, numbers: NumberSpelling): Operation => {
  if (!isObject(raw) || raw['name'] !== 'operation' || !Array.isArray(raw['part']))
    throw malformed('each parameter is called operation and has parts');
  const parts = new Map<unknown, JsonObject>();
  for (const part of raw['part'].filter(isObject)) {
    if (parts.has(part['name'])) throw malformed('a part is repeated');
    parts.set(part['name'], part);
  }
  const text = (name: string): string => {
    const part = parts.get(name);
    const value = part?.['valueString'] ?? part?.['valueCode'];
    if (typeof value !== 'string') throw malformed(`the part ${name} is required`);
    return value;
  };
  const index = (name: string): number => {
    const value = parts.get(name)?.['valueInteger'];
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
      throw malformed(`the part ${name} is required: an index from 0`);
    return value;
  };
  const value = (): ValuePart => {
    const part = parts.get('value');
    if (part === undefined) throw malformed('the part value is required');
    return { part, numbers };
  };
  const type = text('type');
  const path = parsePatchPath(text('path'));
  if (type === 'add') return { type, path, name: text('name'), value: value() };
  if (type === 'insert') return { type, path, index: index('index'), value: value() };
  if (type === 'replace') return { type, path, value: value() };
  if (type === 'delete') return { type, path };
  if (type === 'move') return { type, path, source: index('source'), destination: index('destination') };
  throw malformed('an operation is add, insert, delete, replace or move');
};

/**
 * Changes the resource in place; a patch that fails half way leaves it half changed.
 * @throws PatchError naming the operation
 */
export const applyFhirPathPatch = ({ value, numbers }: ParsedJson, { operations }: FhirPathPatch): void => {
  if (!isObject(value)) throw notApplicable('a FHIRPath Patch changes a resource');
  const patched = new Patched(value, numbers);
  for (const [index, operation] of operations.entries()) atOperation(index, () => patched.apply(operation));
};

class Patched {
  readonly #numbers: NumberSpelling;
  readonly #locator: Locator;
  readonly #budget = new PatchBudget();

  constructor(root: JsonObject, numbers: NumberSpelling) {
    this.#numbers = numbers;
    this.#locator = new Locator(root, numbers);
  }

  apply(operation: Operation): void {
    switch (operation.type) {
      case 'add':
        return this.#add(this.#locator.node(operation.path), operation.name, operation.value);
      case 'insert':
        return this.#insert(operation);
      case 'delete':
        return this.#delete(operation.path);
      case 'replace':
        return this.#replace(this.#locator.node(operation.path), operation.value);
      case 'move':
        return this.#move(operation);
    }
  }

  /** To the end of a list; an element that does not repeat must not be there yet. */
  #add(owner: Node, name: string, value: ValuePart): void {
    const { value: container } = owner.element;
    const found = memberFor(owner.type, name, value.part);
    if (!isObject(container) || found === undefined)
      throw notApplicable('there can be no element of that name and type');
    const { member, property } = found;
    if (!property.repeats && this.#locator.slots(owner, name).some((slot) => this.#locator.elements(slot).length > 0))
      throw notApplicable('the element is there already, and does not repeat');
    const slot: Slot = { owner, container, member, property };
    this.#write(slot, [...this.#locator.elements(slot), this.#elementFor(slot, value)]);
  }

  #insert({ path, index, value }: Extract<Operation, { type: 'insert' }>): void {
    const slot = this.#listAt(path);
    const elements = this.#locator.elements(slot);
    if (index > elements.length) throw notApplicable('the index is beyond the end of the list');
    this.#write(slot, elements.toSpliced(index, 0, this.#elementFor(slot, value)));
  }

  #delete(path: readonly PathStep[]): void {
    if (this.#locator.nodes(path).length === 0) return;
    const { at } = this.#locator.node(path);
    if (at === undefined) throw notApplicable('the whole resource cannot be deleted');
    this.#remove(at, at.index);
  }

  /** FHIR has no empty elements (R4 json.html): what is left empty goes too. */
  #remove(slot: Slot, index: number): void {
    this.#write(slot, this.#locator.elements(slot).toSpliced(index, 1));
    const { owner } = slot;
    if (owner.at !== undefined && Object.keys(slot.container).length === 0) this.#remove(owner.at, owner.at.index);
  }

  #replace({ at }: Node, value: ValuePart): void {
    if (at === undefined) throw notApplicable('the whole resource cannot be replaced');
    const found = memberFor(at.owner.type, at.property.element, value.part);
    if (found === undefined) throw notApplicable('there can be no element of that type');
    const { member, property } = found;
    const slot: Slot = { owner: at.owner, container: at.container, member, property };
    const element = this.#elementFor(slot, value);
    if (member !== at.member) this.#write(at, []);
    this.#write(slot, property.repeats ? this.#locator.elements(slot).toSpliced(at.index, 1, element) : [element]);
  }

  #move({ path, source, destination }: Extract<Operation, { type: 'move' }>): void {
    const slot = this.#listAt(path);
    const elements = this.#locator.elements(slot);
    const moved = elements[source];
    if (moved === undefined || destination >= elements.length)
      throw notApplicable('an index is beyond the end of the list');
    this.#write(slot, elements.toSpliced(source, 1).toSpliced(destination, 0, moved));
  }

  #listAt(path: readonly PathStep[]): Slot {
    const slot = this.#locator.list(path);
    if (slot?.property.repeats !== true) throw notApplicable('the path does not lead to a list');
    return slot;
  }

  #elementFor({ property }: Slot, value: ValuePart): Element {
    return elementFor(property, value, {
      numbers: this.#numbers,
      budget: this.#budget,
      depth: defaultJsonLimits.maxDepth,
    });
  }

  #write({ container, member, property }: Slot, elements: readonly Element[]): void {
    writeElements(container, member, property.repeats ? 'repeats' : 'once', elements, this.#numbers);
  }
}

/** Finds by a path the places of elements in a resource, where an engine would give their values alone. */
import { evalFhirPathTyped } from '@medplum/core';
import { loadDefinitions } from '../definitions/definitions.ts';
import type { Property } from '../definitions/schema.ts';
import type { NumberSpelling } from '../json/number-spelling.ts';
import { isObject, readElements, type Element, type JsonObject } from './elements.ts';
import { malformed, notApplicable, PatchError } from './patch-error.ts';
import type { PathStep } from './patch-path.ts';

/** A member of an object of the resource, and what R4 says of it. */
export type Slot = {
  readonly owner: Node;
  readonly container: JsonObject;
  readonly member: string;
  readonly property: Property;
};

/** An element, and where it stands; the resource itself stands nowhere. */
export type Node = {
  readonly type: string;
  readonly element: Element;
  readonly at: (Slot & { readonly index: number }) | undefined;
};

export class Locator {
  readonly #root: JsonObject;
  readonly #numbers: NumberSpelling;

  constructor(root: JsonObject, numbers: NumberSpelling) {
    this.#root = root;
    this.#numbers = numbers;
  }

  /** Those that the path selects now. @throws PatchError */
  nodes(steps: readonly PathStep[]): readonly Node[] {
    let nodes: readonly Node[] = [this.#rootNode()];
    for (const [place, step] of steps.entries()) {
      if (place === 0 && step.kind === 'element' && this.#isRootName(step.name)) continue;
      nodes = this.#take(nodes, step);
    }
    return nodes;
  }

  /** The one that it selects. */
  node(steps: readonly PathStep[]): Node {
    const [node, ...more] = this.nodes(steps);
    if (node === undefined) throw notApplicable('a path leads nowhere');
    if (more.length > 0) throw new PatchError('not-applicable', 'multiple-matches', 'a path leads to several elements');
    return node;
  }

  /** The list that the path ends with, which may be empty, or undefined if it is a choice of types none of which is there. */
  list(steps: readonly PathStep[]): Slot | undefined {
    const last = steps.at(-1);
    if (last?.kind !== 'element') throw malformed('a path must end with the name of a list');
    return this.slots(this.node(steps.slice(0, -1)), last.name)[0];
  }

  /** Where elements of that name stand in the node, or would: a choice of types has several members, one of which may be there. */
  slots(owner: Node, name: string): readonly Slot[] {
    const { value } = owner.element;
    if (!isObject(value)) return [];
    const schema = loadDefinitions().types.get(owner.type);
    const slots = (schema?.members.get(name) ?? []).flatMap((member): Slot[] => {
      const property = schema?.properties.get(member);
      return property === undefined ? [] : [{ owner, container: value, member, property }];
    });
    if (slots.length === 1) return slots;
    return slots.filter(({ member }) => Object.hasOwn(value, member) || Object.hasOwn(value, `_${member}`));
  }

  elements({ container, member }: Slot): Element[] {
    return readElements(container, member, this.#numbers);
  }

  #rootNode(): Node {
    const type = resourceTypeOf(this.#root);
    return { type, element: { value: this.#root, shadow: undefined, spelling: undefined }, at: undefined };
  }

  #isRootName(name: string): boolean {
    return [this.#root['resourceType'], 'Resource', 'DomainResource', '$this'].includes(name);
  }

  #take(nodes: readonly Node[], step: PathStep): readonly Node[] {
    if (step.kind === 'element') return nodes.flatMap((node) => this.#children(node, step.name));
    if (step.kind === 'index') return nodes.slice(step.index, step.index + 1);
    const { name, argument } = step;
    switch (name) {
      case 'where':
        return nodes.filter((node) => this.#holds(node, argument));
      case 'ofType':
      case 'as':
        return nodes.filter(({ type }) => type === argument.replace(/^FHIR\./, ''));
      case 'extension':
        return nodes
          .flatMap((node) => this.#children(node, 'extension'))
          .filter((node) => this.#holds(node, `url = ${argument}`));
      case 'first':
        return nodes.slice(0, 1);
      case 'last':
        return nodes.slice(-1);
      case 'tail':
        return nodes.slice(1);
      case 'single':
        if (nodes.length > 1) throw notApplicable('single() of several elements');
        return nodes;
      default:
        throw malformed(
          `a path cannot be changed through the function ${/^[A-Za-z]{1,30}$/.test(name) ? name : '?'}()`,
        );
    }
  }

  #children(node: Node, name: string): readonly Node[] {
    return this.slots(node, name).flatMap((slot) =>
      this.elements(slot).map((element, index) => ({
        type: typeOf(slot.property, element),
        element,
        at: { ...slot, index },
      })),
    );
  }

  #holds({ type, element }: Node, criteria: string): boolean {
    // Their patterns are expressions of the client's that can take for ever.
    if (/\b(matches|matchesFull|replaceMatches)\s*\(/.test(criteria))
      throw malformed('a path has no regular expressions');
    try {
      const root = { type: resourceTypeOf(this.#root), value: this.#root };
      const input = { type, value: element.value };
      const result = evalFhirPathTyped(criteria, [input], { '%resource': root, '%context': root });
      return result.length === 1 && result[0]?.value === true;
    } catch {
      throw malformed('the criteria of a path cannot be read');
    }
  }
}

const typeOf = ({ type }: Property, { value }: Element): string =>
  type === 'Resource' && isObject(value) ? resourceTypeOf(value) : type;

const resourceTypeOf = ({ resourceType }: JsonObject): string => (typeof resourceType === 'string' ? resourceType : '');

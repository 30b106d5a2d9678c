/** The value of an operation, as Parameters carry it: `value[x]`, a resource, or parts where the type has no name of its own. */
import { loadDefinitions } from '../definitions/definitions.ts';
import type { Property } from '../definitions/schema.ts';
import type { NumberSpelling } from '../json/number-spelling.ts';
import type { JsonValue } from '../json/parse.ts';
import { isObject, writeElements, type Element, type JsonObject } from './elements.ts';
import { graft, spellingOf, type PatchBudget } from './graft.ts';
import { malformed, notApplicable } from './patch-error.ts';

export type ValuePart = { readonly part: JsonObject; readonly numbers: NumberSpelling };

/** Into which resource a value goes. */
export type Target = { readonly numbers: NumberSpelling; readonly budget: PatchBudget; readonly depth: number };

/** `Quantity` for a part with `valueQuantity`; undefined where it has none. */
const typeSuffix = (part: JsonObject): string | undefined =>
  Object.keys(part)
    .map((member) => /^_?value([A-Z][A-Za-z0-9]*)$/.exec(member)?.[1])
    .find((suffix) => suffix !== undefined);

/** Under which member a value of that element stands in an object of that type: a choice of types goes by the type of the value. */
export const memberFor = (
  type: string,
  name: string,
  part: JsonObject,
): { readonly member: string; readonly property: Property } | undefined => {
  const schema = loadDefinitions().types.get(type);
  const members = schema?.members.get(name) ?? [];
  const member = members.length === 1 ? members[0] : `${name}${typeSuffix(part) ?? ''}`;
  const property = member !== undefined && members.includes(member) ? schema?.properties.get(member) : undefined;
  return member === undefined || property === undefined ? undefined : { member, property };
};

/** A copy, with its numbers spelled as they came. @throws PatchError */
export const elementFor = (property: Property, { part, numbers }: ValuePart, target: Target): Element => {
  if (target.depth <= 0) throw malformed('a value nests too deep');
  const suffix = typeSuffix(part);
  if (suffix !== undefined) {
    const copy = (member: string): JsonValue | undefined => {
      const value = part[member];
      return value && graft({ value, place: { container: part, key: member }, numbers }, target.numbers, target.budget);
    };
    const member = `value${suffix}`;
    const value = part[member];
    const spelling =
      value === undefined ? undefined : spellingOf({ value, place: { container: part, key: member }, numbers });
    const own = value === undefined || typeof value !== 'object' || value === null ? value : copy(member);
    return { value: own, shadow: copy(`_${member}`), spelling };
  }
  if (isObject(part['resource'])) {
    const source = { value: part['resource'], place: { container: part, key: 'resource' }, numbers };
    return { value: graft(source, target.numbers, target.budget), shadow: undefined, spelling: undefined };
  }
  const parts = part['part'];
  if (!Array.isArray(parts)) throw malformed('a value has value[x], a resource, or parts');
  return { value: fromParts(property.type, parts, numbers, target), shadow: undefined, spelling: undefined };
};

const fromParts = (type: string, parts: readonly JsonValue[], numbers: NumberSpelling, target: Target): JsonObject => {
  const made: JsonObject = {};
  const byMember = new Map<string, { readonly property: Property; readonly elements: Element[] }>();
  for (const part of parts) {
    const name = isObject(part) ? part['name'] : undefined;
    const found = isObject(part) && typeof name === 'string' ? memberFor(type, name, part) : undefined;
    if (found === undefined || !isObject(part)) throw notApplicable('a part of the value is no element of its type');
    const { member, property } = found;
    const held = byMember.get(member) ?? { property, elements: [] };
    held.elements.push(elementFor(property, { part, numbers }, { ...target, depth: target.depth - 1 }));
    byMember.set(member, held);
  }
  for (const [member, { property, elements }] of byMember) {
    if (!property.repeats && elements.length > 1) throw notApplicable('a part of the value does not repeat');
    writeElements(made, member, property.repeats ? 'repeats' : 'once', elements, target.numbers);
  }
  return made;
};

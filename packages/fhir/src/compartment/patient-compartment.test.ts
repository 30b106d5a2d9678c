import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { patientCompartment } from './patient-compartment.ts';

const base = 'https://a.example/fhir';
const here = (id: string): object => ({ reference: `Patient/${id}` });
const local = (id: string): object => ({ kind: 'local', id });

const cases: readonly (readonly [string, { resourceType: string; [member: string]: unknown }, readonly object[]])[] = [
  ['the subject', { resourceType: 'Observation', subject: here('1') }, [local('1')]],
  [
    'an absolute reference to here',
    { resourceType: 'Observation', subject: { reference: `${base}/Patient/1` } },
    [local('1')],
  ],
  ['neither focus nor performer', { resourceType: 'Observation', focus: [here('1')], performer: [here('2')] }, []],
  ['not the payor', { resourceType: 'Coverage', beneficiary: here('1'), payor: [here('2')] }, [local('1')]],
  [
    'several',
    { resourceType: 'Communication', subject: here('1'), recipient: [here('2'), here('1')] },
    [local('1'), local('2')],
  ],
  ['no Group and no Device', { resourceType: 'Observation', subject: { reference: 'Group/1' } }, []],
  [
    'an identifier alone',
    { resourceType: 'Condition', subject: { identifier: { system: 'urn:x', value: 'y' } } },
    [{ kind: 'logical', system: 'urn:x', value: 'y' }],
  ],
  [
    'an identifier of something else',
    { resourceType: 'Condition', subject: { type: 'Group', identifier: { value: 'y' } } },
    [],
  ],
  ['a name alone', { resourceType: 'Condition', subject: { display: 'Jane' } }, [{ kind: 'unclear' }]],
  [
    'a foreign patient',
    { resourceType: 'Condition', subject: { reference: 'https://b.example/Patient/1' } },
    [{ kind: 'foreign', url: 'https://b.example/Patient/1' }],
  ],
  ['a foreign group', { resourceType: 'Condition', subject: { reference: 'https://b.example/Group/1' } }, []],
  [
    'a urn',
    { resourceType: 'Condition', subject: { reference: 'urn:uuid:1' } },
    [{ kind: 'foreign', url: 'urn:uuid:1' }],
  ],
  [
    'a contained patient',
    { resourceType: 'Condition', contained: [{ resourceType: 'Patient', id: 'p' }], subject: { reference: '#p' } },
    [{ kind: 'contained', id: 'p' }],
  ],
  ['a link that leads nowhere', { resourceType: 'Condition', subject: { reference: '#p' } }, [{ kind: 'unclear' }]],
  [
    'a patient itself and those it is linked to',
    { resourceType: 'Patient', id: '1', link: [{ other: here('2'), type: 'seealso' }] },
    [local('1'), local('2')],
  ],
  [
    'the actor who is a patient',
    { resourceType: 'Appointment', participant: [{ actor: { reference: 'Practitioner/1' } }, { actor: here('1') }] },
    [local('1')],
  ],
  [
    'a type outside the compartment',
    { resourceType: 'GuidanceResponse', subject: here('1'), performer: { reference: 'Device/1' } },
    [local('1')],
  ],
  [
    'an extension of such a type',
    { resourceType: 'Device', extension: [{ url: 'http://x', valueReference: here('1') }] },
    [local('1')],
  ],
  ['nobody', { resourceType: 'Practitioner', id: '1' }, []],
  [
    'the entries of a Bundle, each by its fullUrl',
    {
      resourceType: 'Bundle',
      type: 'document',
      entry: [
        { fullUrl: `${base}/Composition/1`, resource: { resourceType: 'Composition', subject: here('1') } },
        { fullUrl: 'https://b.example/r4/Condition/1', resource: { resourceType: 'Condition', subject: here('1') } },
        { fullUrl: 'https://b.example/r4/Patient/1', resource: { resourceType: 'Patient', id: '1' } },
        { fullUrl: 'urn:uuid:2', resource: { resourceType: 'Patient', id: '1' } },
        { fullUrl: 'urn:uuid:3', resource: { resourceType: 'Practitioner' } },
      ],
    },
    [local('1'), { kind: 'foreign', url: 'https://b.example/r4/Patient/1' }, { kind: 'unclear' }],
  ],
  [
    'an entry without a subject',
    { resourceType: 'Bundle', type: 'document', entry: [{ resource: { resourceType: 'Condition' } }] },
    [{ kind: 'unclear' }],
  ],
];

describe('patientCompartment (B11)', () => {
  for (const [what, resource, expected] of cases)
    it(what, () => assert.deepEqual(patientCompartment(resource, base), expected));
});

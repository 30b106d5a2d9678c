/** Operations: https://hl7.org/fhir/R4/operationslist.html, and ours. */
import type { Expectation, Request, Row } from './row.ts';

const row = (name: string, says: string, requests: readonly [Request, ...Request[]], expect: Expectation): Row => ({
  source: 'operationslist.html',
  says: `$${name}: ${says}`,
  exercises: [`operation ${name}`],
  requests,
  expect,
});

const parameters = (...parameter: readonly object[]): object => ({ resourceType: 'Parameters', parameter });
const good = { resourceType: 'Patient', gender: 'male' };
const bad = { resourceType: 'Patient', gender: 'robot' };
const subject: Request = {
  method: 'PUT',
  path: 'Patient/op',
  body: { resourceType: 'Patient', id: 'op', name: [{ family: 'Operated' }], birthDate: '1999-09-09', gender: 'male' },
};
const glucose = (id: string, date: string, code = '2339-0'): Request => ({
  method: 'PUT',
  path: `Observation/${id}`,
  body: {
    resourceType: 'Observation',
    id,
    status: 'final',
    category: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] },
    ],
    code: { coding: [{ system: 'http://loinc.org', code }] },
    subject: { reference: 'Patient/op' },
    effectiveDateTime: date,
  },
});
const tag = { name: 'meta', valueMeta: { tag: [{ system: 'urn:tag', code: 'seen' }] } };

export const operations: readonly Row[] = [
  row(
    'explain',
    'says what hospital-b would see of a patient, and why: nothing, of who has said nothing',
    [
      subject,
      {
        method: 'POST',
        path: 'Consent/$explain',
        body: parameters(
          { name: 'patient', valueReference: { reference: 'Patient/op' } },
          {
            name: 'requester',
            valueIdentifier: { system: 'urn:chartseal:organization', value: 'hospital-b' },
          },
          {
            name: 'purpose',
            valueCoding: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'TREAT' },
          },
        ),
      },
    ],
    { status: 200, says: /no-consent/, saysNot: /"valueCode":"permit"/ },
  ),
  row('explain', 'is refused without a patient', [{ method: 'POST', path: 'Consent/$explain', body: parameters() }], {
    status: 400,
    says: /patient/,
  }),
  row('accounting', 'lists the disclosures of a patient: none yet', [subject, { path: 'Patient/op/$accounting' }], {
    status: 200,
    says: /"resourceType":"Parameters"/,
    saysNot: /"disclosure"/,
  }),
  row('accounting', 'of who has no record is empty', [{ path: 'Patient/nobody/$accounting' }], {
    status: 200,
    saysNot: /"disclosure"/,
  }),
  row('validate', 'a valid resource', [{ method: 'POST', path: 'Patient/$validate', body: good }], {
    status: 200,
    says: /OperationOutcome/,
    saysNot: /"severity":"(error|fatal)"/,
  }),
  row('validate', 'an invalid one, with the place', [{ method: 'POST', path: 'Patient/$validate', body: bad }], {
    status: 200,
    says: /Patient\.gender/,
  }),
  row(
    'validate',
    'as Parameters',
    [
      {
        method: 'POST',
        path: 'Patient/$validate',
        body: parameters({ name: 'resource', resource: bad }, { name: 'mode', valueCode: 'create' }),
      },
    ],
    { status: 200, says: /"severity":"error"/ },
  ),
  row(
    'validate',
    'stores nothing',
    [
      {
        method: 'POST',
        path: 'Patient/$validate',
        body: { ...good, identifier: [{ system: 'urn:validate', value: '1' }] },
      },
      { path: 'Patient?identifier=urn:validate|1' },
    ],
    { status: 200, found: [] },
  ),
  row(
    'everything',
    'the patient and all of its compartment',
    [subject, glucose('op1', '2020-01-01'), { path: 'Patient/op/$everything' }],
    { status: 200, says: /"id":"op1"/ },
  ),
  row(
    'everything',
    '_type',
    [subject, glucose('op1', '2020-01-01'), { path: 'Patient/op/$everything?_type=Patient' }],
    { status: 200, saysNot: /"resourceType":"Observation"/ },
  ),
  row('everything', '_since', [subject, { path: 'Patient/op/$everything?_since=2999-01-01T00:00:00Z' }], {
    status: 200,
    saysNot: /"family":"Operated"/,
  }),
  row(
    'match',
    'finds who it is, with a score',
    [
      subject,
      {
        method: 'POST',
        path: 'Patient/$match',
        body: parameters({
          name: 'resource',
          resource: {
            resourceType: 'Patient',
            name: [{ family: 'Operated' }],
            birthDate: '1999-09-09',
            gender: 'male',
          },
        }),
      },
    ],
    { status: 200, says: /"score":/ },
  ),
  row(
    'match',
    'finds nobody for a stranger',
    [
      {
        method: 'POST',
        path: 'Patient/$match',
        body: parameters({
          name: 'resource',
          resource: { resourceType: 'Patient', name: [{ family: 'Zzyzx' }], birthDate: '1801-01-01' },
        }),
      },
    ],
    { status: 200, found: [] },
  ),
  row(
    'meta-add',
    'adds, as a new version',
    [subject, { method: 'POST', path: 'Patient/op/$meta-add', body: parameters(tag) }],
    { status: 200, says: /"code":"seen"/ },
  ),
  row(
    'meta',
    'of a resource',
    [subject, { method: 'POST', path: 'Patient/op/$meta-add', body: parameters(tag) }, { path: 'Patient/op/$meta' }],
    { status: 200, says: /"code":"seen"/ },
  ),
  row(
    'meta-delete',
    'takes away, as a new version',
    [
      subject,
      { method: 'POST', path: 'Patient/op/$meta-add', body: parameters(tag) },
      { method: 'POST', path: 'Patient/op/$meta-delete', body: parameters(tag) },
    ],
    { status: 200, saysNot: /"code":"seen"/ },
  ),
  row(
    'lastn',
    'the last of each code',
    [
      subject,
      glucose('op1', '2020-01-01'),
      glucose('op2', '2021-01-01'),
      glucose('op3', '2019-01-01', '718-7'),
      { path: 'Observation/$lastn?subject=Patient/op&category=laboratory' },
    ],
    { status: 200, found: ['Observation/op2', 'Observation/op3'] },
  ),
  row(
    'lastn',
    'the last n of each code',
    [{ path: 'Observation/$lastn?subject=Patient/op&category=laboratory&max=2' }],
    { status: 200, found: ['Observation/op1', 'Observation/op2', 'Observation/op3'] },
  ),
  row('proof', 'of a record that is anchored, or soon', [subject, { path: 'Patient/op/$proof' }], {
    status: [200, 503],
  }),
  row(
    'erase',
    'destroys the content of a record',
    [
      { method: 'PUT', path: 'Basic/op-erased', body: { resourceType: 'Basic', id: 'op-erased', code: { text: 'a' } } },
      { method: 'POST', path: 'Basic/op-erased/$erase' },
    ],
    { status: 200, says: /"resourceType":"Parameters"/ },
  ),
  row('erase', 'leaves a tombstone', [{ path: 'Basic/op-erased' }], { status: 410 }),
  row(
    'enroll',
    'gives a code and a handle',
    [subject, { method: 'POST', path: 'Patient/op/$enroll', body: { resourceType: 'Parameters' } }],
    { status: 200, says: /"name":"code"/ },
  ),
  row(
    'freeze',
    'has nothing to freeze before the patient has a key',
    [subject, { method: 'POST', path: 'Patient/op/$freeze' }],
    { status: 409, says: /enrolled/ },
  ),
  row(
    'unfreeze',
    'has nothing to unfreeze either; who is not there is 404',
    [{ method: 'POST', path: 'Patient/no-such/$unfreeze' }],
    { status: 404 },
  ),
  row('import', 'must be asynchronous', [{ method: 'POST', path: '$import', body: parameters() }], {
    status: [400, 412, 422],
  }),
  row(
    'import',
    'of NDJSON is taken, to be carried out and asked after',
    [
      {
        method: 'POST',
        path: '$import',
        body: '{"resourceType":"Basic","code":{"text":"imported"}}\n',
        headers: { 'content-type': 'application/fhir+ndjson', prefer: 'respond-async' },
      },
    ],
    { status: 202, headers: { 'content-location': /\/fhir\/\$import-status\/[0-9a-f-]{36}$/ }, empty: true },
  ),
  row(
    'import',
    'reads nothing that is not configured',
    [
      {
        method: 'POST',
        path: '$import',
        body: parameters({ name: 'input', part: [{ name: 'url', valueUrl: 'file:///etc/passwd' }] }),
        headers: { prefer: 'respond-async' },
      },
    ],
    { status: 422, says: /Parameters\.parameter\[0\]/ },
  ),
];

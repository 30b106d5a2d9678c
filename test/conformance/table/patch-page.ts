/** https://hl7.org/fhir/R4/http.html#patch and https://hl7.org/fhir/R4/fhirpatch.html. */
import type { Expectation, Request, Row } from './row.ts';

const jsonPatch = { 'content-type': 'application/json-patch+json' };
const original = (id: string): Request => ({
  method: 'PUT',
  path: `Patient/${id}`,
  body: {
    resourceType: 'Patient',
    id,
    active: true,
    gender: 'male',
    identifier: [{ system: 'urn:patch', value: id }],
    name: [{ family: 'One' }, { family: 'Two' }],
  },
});

/** A JSON Patch on a fresh Patient. */
const json = (id: string, says: string, patch: readonly object[], expect: Expectation): Row => ({
  source: 'http.html#patch',
  says: `JSON Patch: ${says}`,
  exercises: ['interaction patch'],
  requests: [original(id), { method: 'PATCH', path: `Patient/${id}`, body: JSON.stringify(patch), headers: jsonPatch }],
  expect,
});

type Part = Readonly<Record<string, unknown>>;
const operation = (...part: readonly Part[]): object => ({ name: 'operation', part });
const of = (name: string, type: 'Code' | 'String' | 'Integer' | 'Boolean' | 'HumanName', value: unknown): Part => ({
  name,
  [`value${type}`]: value,
});

const fhirPath = (id: string, says: string, parameter: readonly object[], expect: Expectation): Row => ({
  source: 'fhirpatch.html',
  says: `FHIRPath Patch: ${says}`,
  requests: [original(id), { method: 'PATCH', path: `Patient/${id}`, body: { resourceType: 'Parameters', parameter } }],
  expect,
});

export const patchPage: readonly Row[] = [
  {
    source: 'capabilitystatement.html',
    says: 'the formats of patches are told',
    requests: [{ path: 'metadata' }],
    expect: { status: 200, says: /"patchFormat":\["application\/json-patch\+json","application\/fhir\+json"\]/ },
  },
  json('jp-replace', 'replace', [{ op: 'replace', path: '/gender', value: 'female' }], {
    status: 200,
    headers: { etag: /^W\/"2"$/ },
    says: /"gender":"female"/,
  }),
  json('jp-add', 'add', [{ op: 'add', path: '/birthDate', value: '1970-01-01' }], {
    status: 200,
    says: /"birthDate":"1970-01-01"/,
  }),
  json('jp-insert', 'add inserts into an array', [{ op: 'add', path: '/name/1', value: { family: 'Middle' } }], {
    status: 200,
    says: /One.*Middle.*Two/,
  }),
  json('jp-append', 'add at - appends', [{ op: 'add', path: '/name/-', value: { family: 'Last' } }], {
    status: 200,
    says: /Two.*Last/,
  }),
  json('jp-remove', 'remove', [{ op: 'remove', path: '/gender' }], { status: 200, saysNot: /"gender"/ }),
  json('jp-move', 'move', [{ op: 'move', from: '/name/1', path: '/name/0' }], { status: 200, says: /Two.*One/ }),
  json('jp-copy', 'copy', [{ op: 'copy', from: '/name/0', path: '/name/-' }], { status: 200, says: /One.*Two.*One/ }),
  json('jp-test', 'test that holds', [{ op: 'test', path: '/gender', value: 'male' }], { status: 200 }),
  json(
    'jp-test2',
    'test that fails changes nothing',
    [
      { op: 'test', path: '/gender', value: 'female' },
      { op: 'remove', path: '/gender' },
    ],
    { status: [400, 409, 412, 422] },
  ),
  json('jp-invalid', 'a result that is not valid is refused', [{ op: 'replace', path: '/gender', value: 'robot' }], {
    status: 422,
    says: /Patient\.gender/,
  }),
  json('jp-where', 'a path that is not there is refused', [{ op: 'remove', path: '/birthDate' }], {
    status: [400, 422],
  }),
  json('jp-id', 'the id cannot be patched', [{ op: 'replace', path: '/id', value: 'else' }], { status: [400, 422] }),
  {
    source: 'http.html#patch',
    says: 'a patch of what is not there is 404',
    requests: [{ method: 'PATCH', path: 'Patient/no-such', body: '[]', headers: jsonPatch }],
    expect: { status: 404 },
  },
  {
    source: 'http.html#patch',
    says: 'If-Match of another version is 412',
    requests: [
      original('jp-match'),
      { method: 'PATCH', path: 'Patient/jp-match', body: '[]', headers: { ...jsonPatch, 'if-match': 'W/"5"' } },
    ],
    expect: { status: 412 },
  },
  {
    source: 'http.html#patch',
    says: 'a conditional patch',
    requests: [
      original('jp-cond'),
      {
        method: 'PATCH',
        path: 'Patient?identifier=urn:patch|jp-cond',
        body: JSON.stringify([{ op: 'remove', path: '/gender' }]),
        headers: jsonPatch,
      },
    ],
    expect: { status: 200, says: /"id":"jp-cond"/, saysNot: /"gender"/ },
  },
  fhirPath(
    'fp-replace',
    'replace',
    [operation(of('type', 'Code', 'replace'), of('path', 'String', 'Patient.gender'), of('value', 'Code', 'female'))],
    { status: 200, says: /"gender":"female"/ },
  ),
  fhirPath(
    'fp-add',
    'add',
    [
      operation(
        of('type', 'Code', 'add'),
        of('path', 'String', 'Patient'),
        of('name', 'String', 'name'),
        of('value', 'HumanName', { family: 'Three' }),
      ),
    ],
    { status: 200, says: /Two.*Three/ },
  ),
  fhirPath(
    'fp-insert',
    'insert',
    [
      operation(
        of('type', 'Code', 'insert'),
        of('path', 'String', 'Patient.name'),
        of('index', 'Integer', 0),
        of('value', 'HumanName', { family: 'Zero' }),
      ),
    ],
    { status: 200, says: /Zero.*One/ },
  ),
  fhirPath('fp-delete', 'delete', [operation(of('type', 'Code', 'delete'), of('path', 'String', 'Patient.gender'))], {
    status: 200,
    saysNot: /"gender"/,
  }),
  fhirPath(
    'fp-delete0',
    'delete of nothing is no error',
    [operation(of('type', 'Code', 'delete'), of('path', 'String', 'Patient.birthDate'))],
    { status: 200 },
  ),
  fhirPath(
    'fp-move',
    'move',
    [
      operation(
        of('type', 'Code', 'move'),
        of('path', 'String', 'Patient.name'),
        of('source', 'Integer', 1),
        of('destination', 'Integer', 0),
      ),
    ],
    { status: 200, says: /Two.*One/ },
  ),
  fhirPath(
    'fp-many',
    'a path of several elements is refused',
    [
      operation(
        of('type', 'Code', 'replace'),
        of('path', 'String', 'Patient.name'),
        of('value', 'HumanName', { family: 'x' }),
      ),
    ],
    { status: [400, 422] },
  ),
  fhirPath(
    'fp-where',
    'a path that selects',
    [operation(of('type', 'Code', 'delete'), of('path', 'String', "Patient.name.where(family = 'One')"))],
    { status: 200, saysNot: /One/ },
  ),
];

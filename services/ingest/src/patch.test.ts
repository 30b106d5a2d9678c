/** R4 http.html#patch: an update that says what is to change. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { observation, openWorld, patient, twice, type Answer, type Json, type World } from './testing/world.ts';

describe('PATCH', () => {
  let world: World;
  before(async () => {
    world = await openWorld(twice);
  });
  after(() => world.close());

  const create = async (resource: object | string, type = 'Patient'): Promise<string> =>
    (await world.send('post', `/fhir/${type}`, resource)).body.id;
  const patch = (reference: string, body: object | string, headers: Record<string, string> = {}): Promise<Answer> =>
    world.send('patch', `/fhir/${reference}`, body, {
      headers: { 'content-type': 'application/json-patch+json', ...headers },
    });
  const setActive = [{ op: 'add', path: '/active', value: true }];

  it('changes what it names, as a new version', async () => {
    const id = await create(patient('1', { gender: 'male' }));
    const answer = await patch(`Patient/${id}`, [{ op: 'replace', path: '/gender', value: 'female' }]);
    deepEqual([answer.status, answer.headers['etag'], answer.body['gender']], [200, 'W/"2"', 'female']);
    ok(answer.headers['last-modified']);
    deepEqual(await world.stored(`Patient/${id}`), answer.body);
    equal((await patch(`Patient/${id}`, setActive, { prefer: 'return=minimal' })).text, '');
  });

  it('leaves numbers spelled as they were, and takes its own as they are', async () => {
    const range = [{ low: { value: 1.5 }, high: { value: 2.5 } }];
    const text = JSON.stringify(observation(undefined, { valueQuantity: { value: 7.5 }, referenceRange: range }));
    const id = await create(text.replace('7.5', '7.00').replace('1.5', '1.0'), 'Observation');
    const body = '[{"op":"replace","path":"/referenceRange/0/high/value","value":2.500}]';
    const { text: patched } = await patch(`Observation/${id}`, body);
    ok(
      patched.includes('"value":7.00') && patched.includes('"value":1.0}') && patched.includes('"value":2.500'),
      patched,
    );
  });

  it('loses none of those that come at once', async () => {
    const id = await create(patient('2'));
    const names = Array.from({ length: 20 }, (_, index) => `n${index}`);
    const answers = await Promise.all(
      names.map((family) =>
        patch(`Patient/${id}`, [{ op: 'add', path: '/identifier/-', value: { system: 'urn:patched', value: family } }]),
      ),
    );
    deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    const { identifier } = (await world.stored(`Patient/${id}`)) as { identifier: { value: string }[] };
    deepEqual(
      identifier
        .slice(1)
        .map(({ value }) => value)
        .toSorted(),
      names.toSorted(),
    );
    equal((await world.records.read({ resourceType: 'Patient', id }))?.versionId, 21);
  });

  it('is refused where it cannot be applied, and changes nothing', async () => {
    const id = await create(patient('3'));
    const at = `Patient/${id}`;
    const rows: readonly (readonly [number, string, object | string])[] = [
      [400, at, '{'],
      [400, at, {}],
      [400, at, [{ op: 'brew', path: '/active' }]],
      [422, at, [{ op: 'remove', path: '/active' }]],
      [422, at, [...setActive, { op: 'test', path: '/active', value: false }]],
      [422, at, [{ op: 'add', path: '/gender', value: 'robot' }]],
      [422, at, [{ op: 'replace', path: '/id', value: 'other' }]],
      [422, at, [{ op: 'replace', path: '/resourceType', value: 'Person' }]],
      [422, at, [{ op: 'replace', path: '', value: {} }]],
      [422, at, [{ op: 'replace', path: '', value: patient('x') }]],
      [404, 'Patient/none', setActive],
      [404, 'Patient/none', []],
      [404, 'Spell/none', []],
      [400, 'Patient/not%20an%20id', []],
    ];
    for (const [status, reference, body] of rows) {
      const answer = await patch(reference, body);
      equal(answer.status, status, `${JSON.stringify(body)}: ${answer.text}`);
      equal(answer.body['resourceType'], 'OperationOutcome');
    }
    deepEqual((await patch(at, [{ op: 'add', path: '/gender', value: 'robot' }])).body.issue[0]?.expression, [
      'Patient.gender',
    ]);
    equal((await patch(at, setActive, { 'content-type': 'text/plain' })).status, 415);
    equal((await patch(at, setActive, { 'if-match': 'W/"2"' })).status, 412);
    equal((await world.records.read({ resourceType: 'Patient', id }))?.versionId, 1);
    await world.send('delete', `/fhir/${at}`);
    equal((await patch(at, setActive)).status, 410);
    await world.audit('p1');
    equal((await patch('AuditEvent/p1', [])).status, 405);
  });

  it('may be Parameters, whose paths lead to what they change', async () => {
    const id = await create(patient('4', { gender: 'male', name: [{ family: 'One' }, { family: 'Two' }] }));
    const parameters = (...operation: object[]): Json => ({
      resourceType: 'Parameters',
      parameter: operation.map((part) => ({
        name: 'operation',
        part: Object.entries(part).map(([name, value]) => ({ name, ...value })),
      })),
    });
    const type = (valueCode: string): object => ({ valueCode });
    const path = (valueString: string): object => ({ valueString });
    const fhir = { 'content-type': 'application/fhir+json' };
    const both = parameters(
      { type: type('delete'), path: path("Patient.name.where(family = 'One')") },
      { type: type('replace'), path: path('Patient.gender'), value: { valueCode: 'female' } },
    );
    const { status, body } = await patch(`Patient/${id}`, both, fhir);
    deepEqual([status, body['gender'], body['name']], [200, 'female', [{ family: 'Two' }]]);
    const rows: readonly (readonly [number, string | undefined, Json])[] = [
      [400, undefined, parameters({ type: type('brew'), path: path('Patient.gender') })],
      [400, undefined, patient('x')],
      [
        422,
        undefined,
        parameters({ type: type('replace'), path: path('Patient.birthDate'), value: { valueDate: '1' } }),
      ],
      [
        422,
        'Patient.gender',
        parameters({ type: type('replace'), path: path('Patient.gender'), value: { valueCode: 'x' } }),
      ],
      [422, 'Patient.id', parameters({ type: type('delete'), path: path('Patient.id') })],
      [422, 'Parameters.mood', { ...both, mood: 'good' }],
    ];
    for (const [expected, expression, bad] of rows) {
      const answer = await patch(`Patient/${id}`, bad, fhir);
      equal(answer.status, expected, answer.text);
      if (expression !== undefined) deepEqual(answer.body.issue[0]?.expression, [expression]);
    }
    equal((await world.records.read({ resourceType: 'Patient', id }))?.versionId, 2);
  });

  it('sees the content of a Binary where its client has it', async () => {
    const id = await create({ resourceType: 'Binary', contentType: 'text/plain', data: 'aGVsbG8=' }, 'Binary');
    const kept = await patch(`Binary/${id}`, [
      { op: 'test', path: '/data', value: 'aGVsbG8=' },
      { op: 'replace', path: '/contentType', value: 'text/html' },
    ]);
    deepEqual([kept.status, kept.body['data'], kept.body['contentType']], [200, 'aGVsbG8=', 'text/html']);
    const changed = await patch(`Binary/${id}`, [{ op: 'replace', path: '/data', value: 'd29ybGQ=' }]);
    equal(changed.body['data'], 'd29ybGQ=');
    const bytes = async (version: number): Promise<string> =>
      Buffer.from((await world.records.bytes({ resourceType: 'Binary', id }, version)) ?? []).toString();
    deepEqual([await bytes(1), await bytes(2), await bytes(3)], ['hello', 'hello', 'world']);
  });
});

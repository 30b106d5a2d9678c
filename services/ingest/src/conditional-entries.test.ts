/** Conditions, patches and preferences inside transactions and batches: R4 http.html#transaction, #trules, #return. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import {
  bundle,
  fhirBaseUrl,
  observation,
  openWorld,
  patient,
  post,
  put,
  remove,
  twice,
  type Answer,
  type Json,
  type World,
} from './testing/world.ts';

const urn = (digit: number): string => `urn:uuid:00000000-0000-4000-8000-00000000000${digit}`;
const at = (mrn: string): string => `Patient?identifier=urn:mrn|${mrn}`;
const entry = (method: string, url: string, resource?: Json, rest: object = {}): Json => ({
  ...(resource === undefined ? {} : { resource }),
  ...rest,
  request: { method, url },
});
const jsonPatch = (...operations: object[]): Json => ({
  resourceType: 'Binary',
  contentType: 'application/json-patch+json',
  data: Buffer.from(JSON.stringify(operations)).toString('base64'),
});
const fhirPathPatch = (path: string, valueString: string): Json => ({
  resourceType: 'Parameters',
  parameter: [
    {
      name: 'operation',
      part: [
        { name: 'type', valueCode: 'replace' },
        { name: 'path', valueString: path },
        { name: 'value', valueString },
      ],
    },
  ],
});

describe('An entry of a Bundle', () => {
  let world: World;
  before(async () => {
    world = await openWorld(twice);
  });
  after(() => world.close());

  const sendAs = async (type: 'batch' | 'transaction', entries: Json[], headers = {}): Promise<Answer> =>
    world.send('post', '/fhir', bundle(type, ...entries), { headers });
  const transact = (...entries: Json[]): Promise<Answer> => sendAs('transaction', entries);
  const statuses = ({ body, text }: Answer): string[] => {
    ok(Array.isArray(body.entry), text);
    return body.entry.map(({ response }) => response.status.slice(0, 3));
  };
  const create = async (mrn: string, rest: object = {}): Promise<string> =>
    (await world.send('post', '/fhir/Patient', patient(mrn, rest))).body.id;
  const referenceOf = ({ body }: Answer, index: number): string =>
    (body.entry[index]?.response.location ?? '').replace(`${fhirBaseUrl}/`, '').replace(/\/_history.*/, '');
  const subjectOf = async (reference: string): Promise<unknown> =>
    ((await world.stored(reference))['subject'] as Json | undefined)?.['reference'];

  it('updates, patches and deletes what its condition finds, in whichever Bundle', async () => {
    for (const type of ['transaction', 'batch'] as const) {
      const mrn = (name: string): string => `${type}-${name}`;
      const [put1, patch1, path1, delete1] = [
        await create(mrn('put')),
        await create(mrn('patch')),
        await create(mrn('path'), { gender: 'male' }),
        await create(mrn('del')),
      ];
      const answer = await sendAs(type, [
        entry('PATCH', at(mrn('patch')), jsonPatch({ op: 'add', path: '/active', value: true })),
        entry('PUT', at(mrn('put')), patient(mrn('put'), { gender: 'other' })),
        entry('DELETE', at(mrn('del'))),
        entry('DELETE', at(mrn('none'))),
        entry('PUT', at(mrn('new')), patient(mrn('new'))),
        entry('PATCH', `Patient/${path1}`, fhirPathPatch('Patient.gender', 'female')),
      ]);
      deepEqual(statuses(answer), ['200', '200', '204', '204', '201', '200']);
      equal((await world.stored(`Patient/${patch1}`))['active'], true);
      equal((await world.stored(`Patient/${put1}`))['gender'], 'other');
      equal((await world.stored(`Patient/${path1}`))['gender'], 'female');
      equal((await world.stored(`Patient/${delete1}`))['deleted'], true);
    }
  });

  it('is referred to by its fullUrl, whichever record its condition finds', async () => {
    const [known, patched] = [await create('ref-put'), await create('ref-patch')];
    const answer = await transact(
      post(observation(urn(1))),
      post(observation(urn(2))),
      post(observation(urn(3))),
      entry('PUT', at('ref-put'), patient('ref-put'), { fullUrl: urn(1) }),
      entry('PUT', at('ref-none'), patient('ref-none'), { fullUrl: urn(2) }),
      entry('PATCH', at('ref-patch'), jsonPatch(), { fullUrl: urn(3) }),
    );
    deepEqual(statuses(answer), ['201', '201', '201', '200', '201', '200']);
    equal(await subjectOf(referenceOf(answer, 0)), `Patient/${known}`);
    equal(await subjectOf(referenceOf(answer, 1)), referenceOf(answer, 4));
    equal(await subjectOf(referenceOf(answer, 2)), `Patient/${patched}`);
  });

  it('resolves references that a patch brings', async () => {
    const [about] = [(await world.send('post', '/fhir/Observation', observation())).body.id];
    const answer = await transact(
      post(patient('brought'), { fullUrl: urn(1) }),
      entry('PATCH', `Observation/${about}`, jsonPatch({ op: 'add', path: '/subject', value: { reference: urn(1) } })),
    );
    equal(await subjectOf(`Observation/${about}`), referenceOf(answer, 0), answer.text);
  });

  it('is found by conditional references of others, as it will be', async () => {
    const moved = await create('was');
    const answer = await transact(
      post(observation(at('made'))),
      post(observation(at('is'))),
      post(patient('made')),
      put(patient('is', { id: moved })),
    );
    equal(await subjectOf(referenceOf(answer, 0)), referenceOf(answer, 2), answer.text);
    equal(await subjectOf(referenceOf(answer, 1)), `Patient/${moved}`);
    const was = await transact(post(observation(at('is'))), put(patient('again', { id: moved })));
    equal(was.status, 412, was.text);
    const twice = await transact(post(observation(at('twice'))), post(patient('twice')), post(patient('twice')));
    equal(twice.status, 412);
  });

  it('keeps references to versions as they are', async () => {
    const id = await create('versioned');
    const answer = await transact(
      put(patient('versioned', { id }), { fullUrl: `${fhirBaseUrl}/Patient/${id}` }),
      post(observation(`Patient/${id}/_history/1`)),
    );
    equal(await subjectOf(referenceOf(answer, 1)), `Patient/${id}/_history/1`);
  });

  it('fails the whole where two are of one record, however each names it', async () => {
    const id = await create('same');
    const before = await world.count('Patient');
    const rows: readonly (readonly Json[])[] = [
      [put(patient('same', { id })), entry('PUT', at('same'), patient('same'))],
      [put(patient('same', { id })), entry('DELETE', at('same'))],
      [put(patient('same', { id })), entry('PATCH', at('same'), jsonPatch())],
      [entry('DELETE', at('same')), remove(`Patient/${id}`)],
      [put(patient('same', { id })), post(patient('same'), { ifNoneExist: 'identifier=urn:mrn|same' })],
      [entry('PUT', at('fresh'), patient('fresh')), entry('PUT', at('fresh'), patient('fresh'))],
      [entry('PUT', 'Patient?identifier=fresh', patient('fresh')), entry('PUT', at('fresh'), patient('fresh'))],
      [post(patient('fresh')), entry('PUT', at('fresh'), patient('fresh'))],
      [
        post(patient('fresh'), { ifNoneExist: 'identifier=urn:mrn|fresh' }),
        post(patient('fresh'), { ifNoneExist: 'identifier=fresh' }),
      ],
    ];
    for (const entries of rows) {
      const answer = await transact(...entries);
      equal(answer.status, 400, answer.text);
      equal(answer.body.issue[0]?.code, 'duplicate');
    }
    equal(await world.count('Patient'), before);
    equal((await world.records.read({ resourceType: 'Patient', id }))?.versionId, 1);
  });

  it('fails the whole where its condition or its patch cannot be met, and names the place', async () => {
    const id = await create('failing');
    await create('double');
    await create('double');
    const good = post(patient('good'));
    const before = await world.count('Patient');
    const rows: readonly (readonly [number, string, Json])[] = [
      [412, 'request.url', entry('PUT', at('double'), patient('double'))],
      [412, 'request.url', entry('DELETE', at('double'))],
      [412, 'request.url', entry('PATCH', at('double'), jsonPatch())],
      [404, 'request', entry('PATCH', at('nobody'), jsonPatch())],
      [404, 'request', entry('PATCH', 'Patient/nobody', jsonPatch())],
      [400, 'resource.id', entry('PUT', at('failing'), patient('failing', { id: 'other' }))],
      [409, 'resource.id', entry('PUT', at('nobody'), patient('nobody', { id }))],
      [422, 'resource', entry('PATCH', at('failing'), jsonPatch({ op: 'remove', path: '/birthDate' }))],
      [
        422,
        'resource.gender',
        entry('PATCH', at('failing'), jsonPatch({ op: 'add', path: '/gender', value: 'robot' })),
      ],
      [422, 'resource.id', entry('PATCH', at('failing'), jsonPatch({ op: 'replace', path: '/id', value: 'x' }))],
      [400, 'resource.data', entry('PATCH', at('failing'), { ...jsonPatch(), data: 'e30=' })],
      [400, 'resource', entry('PATCH', at('failing'), patient('failing'))],
      [400, 'resource', entry('PATCH', at('failing'), fhirPathPatch('Patient.name |', 'x'))],
      [412, 'request.ifMatch', { ...put(patient('failing', { id }), { ifMatch: 'W/"9"' }) }],
      [
        412,
        'request.ifNoneMatch',
        { resource: patient('x', { id }), request: { method: 'PUT', url: `Patient/${id}`, ifNoneMatch: '*' } },
      ],
    ];
    for (const [status, expression, bad] of rows) {
      const answer = await transact(good, bad);
      deepEqual(
        [answer.status, answer.body.issue[0]?.expression],
        [status, [`Bundle.entry[1].${expression}`]],
        answer.text,
      );
    }
    equal(await world.count('Patient'), before);
  });

  it('is answered as Prefer wants it', async () => {
    for (const type of ['transaction', 'batch'] as const) {
      const id = await create(`prefer-${type}`);
      const entries = [post(patient('p')), put(patient('p', { id, active: true })), remove('Patient/never')];
      const whole = await sendAs(type, entries, { prefer: 'return=representation' });
      deepEqual(
        whole.body.entry.map(({ resource }) => resource?.['active']),
        [undefined, true, undefined],
      );
      equal(whole.body.entry[0]?.resource?.['resourceType'], 'Patient');
      const told = await sendAs(type, entries, { prefer: 'return=OperationOutcome' });
      deepEqual(
        told.body.entry.map(({ response, resource }) => [response.outcome?.issue.length, resource]),
        [
          [1, undefined],
          [1, undefined],
          [1, undefined],
        ],
      );
      const least = await sendAs(type, entries, { prefer: 'return=minimal' });
      deepEqual(least.body.entry.flatMap(({ response, resource }) => [response.outcome, resource]).filter(Boolean), []);
    }
  });

  it('keeps the content of a Binary beside it', async () => {
    const binary = { resourceType: 'Binary', contentType: 'text/plain', data: 'aGVs bG8=' };
    for (const type of ['transaction', 'batch'] as const) {
      const answer = await sendAs(type, [post(binary)], { prefer: 'return=representation' });
      equal(answer.body.entry[0]?.resource?.['data'], 'aGVsbG8=', answer.text);
      const stored = await world.stored(referenceOf(answer, 0));
      equal(stored['data'], undefined);
    }
    const told = await sendAs('transaction', [post(binary)], { prefer: 'return=OperationOutcome' });
    deepEqual(told.body.entry[0]?.response.outcome?.issue[0]?.expression, ['Bundle.entry[0].resource.data']);
  });

  it('makes one record under one condition, however many transactions meet', async () => {
    const mrn = randomUUID();
    const send = (index: number): Promise<Answer> =>
      index % 3 === 0
        ? transact(entry('PUT', at(mrn), patient(mrn), { fullUrl: urn(1) }), post(observation(urn(1))))
        : index % 3 === 1
          ? transact(
              post(patient(mrn), { ifNoneExist: `identifier=${mrn}`, fullUrl: urn(1) }),
              post(observation(urn(1))),
            )
          : world.send('put', `/fhir/${at(mrn)}`, patient(mrn));
    const answers = await Promise.all(Array.from({ length: 18 }, (_, index) => send(index)));
    for (const { status, text } of answers) ok([200, 201].includes(status), text);
    const query = { kind: 'token', code: 'identifier', anyOf: [{ match: 'value', value: mrn }] } as const;
    equal(await world.records.count({ resourceType: 'Patient', conditions: [query] }), 1);
  });
});

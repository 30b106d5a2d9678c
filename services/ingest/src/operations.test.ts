/** $validate, $meta-add and $meta-delete: https://hl7.org/fhir/R4/operationslist.html */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { openWorld, patient, twice, type Answer, type Json, type World } from './testing/world.ts';

const parameters = (...parameter: Json[]): Json => ({
  resourceType: 'Parameters',
  ...(parameter.length === 0 ? {} : { parameter }),
});
const tag = (code: string, rest: object = {}): Json => ({ system: 'urn:tag', code, ...rest });
const meta = (valueMeta: object): Json => parameters({ name: 'meta', valueMeta });

describe('Operations that write or judge', () => {
  let world: World;
  before(async () => {
    world = await openWorld(twice);
  });
  after(() => world.close());

  const post = (path: string, body: object | string, options: { as?: string; headers?: Record<string, string> } = {}) =>
    world.send('post', `/fhir/${path}`, body, options);
  const errors = ({ body, status, text }: Answer): (string | undefined)[] => {
    equal(status, 200, text);
    equal(body['resourceType'], 'OperationOutcome');
    return body.issue
      .filter(({ severity }) => severity === 'error' || severity === 'fatal')
      .map(({ expression }) => expression?.[0]);
  };
  const create = async (resource: Json): Promise<string> =>
    (await post(String(resource['resourceType']), resource)).body.id;

  it('$validate judges a resource as it comes, or in Parameters, and stores nothing', async () => {
    const before = await world.count('Patient');
    const bad = { resourceType: 'Patient', gender: 'robot' };
    deepEqual(errors(await post('Patient/$validate', patient('x'))), []);
    deepEqual(errors(await post('Patient/$validate', bad)), ['Patient.gender']);
    const within = parameters({ name: 'resource', resource: bad }, { name: 'mode', valueCode: 'create' });
    deepEqual(errors(await post('Patient/$validate', within)), ['Patient.gender']);
    deepEqual(errors(await post('Observation/$validate', patient('x'))), ['Patient.resourceType']);
    const profile = parameters({ name: 'resource', resource: patient('x') }, { name: 'profile', valueUri: 'urn:p' });
    equal((await post('Patient/$validate', profile)).status, 200);
    equal(await world.count('Patient'), before);
  });

  it('$validate judges what an update and a delete would meet', async () => {
    const id = await create(patient('1'));
    const mode = (valueCode: string, resource?: Json): Json =>
      parameters(...(resource === undefined ? [] : [{ name: 'resource', resource }]), { name: 'mode', valueCode });
    deepEqual(errors(await post(`Patient/${id}/$validate`, mode('update', patient('1', { id: 'other' })))), [
      'Patient.id',
    ]);
    deepEqual(errors(await post(`Patient/${id}/$validate`, mode('update', patient('1', { id })))), []);
    deepEqual(errors(await post('Patient/$validate', mode('update', patient('1')))), ['Patient.id']);
    deepEqual(errors(await post(`Patient/${id}/$validate`, parameters())), []);
    deepEqual(errors(await post(`Patient/${id}/$validate`, mode('delete'))), []);
    equal(errors(await post('Patient/none/$validate', mode('delete'))).length, 1);
    equal((await post('Patient/$validate', mode('delete'))).status, 400);
    equal((await post('Patient/none/$validate', parameters())).status, 404);
    equal((await post('Patient/$validate', mode('brew', patient('1')))).status, 400);
    equal((await post('Patient/$validate', parameters({ name: 'mood', valueCode: 'x' }))).status, 400);
    equal((await post('Patient/$validate', '{')).status, 400);
    equal((await post('Spell/$validate', patient('1'))).status, 404);
  });

  it('$meta-add adds each once, as a new version, and $meta-delete takes away', async () => {
    const id = await create(patient('2', { meta: { tag: [tag('a')], security: [tag('s')] } }));
    const added = await post(
      `Patient/${id}/$meta-add`,
      meta({ tag: [tag('a', { display: 'again' }), tag('b')], profile: ['urn:p'], versionId: '77' }),
    );
    deepEqual([added.status, added.headers['etag']], [200, 'W/"2"']);
    const [{ valueMeta }] = (added.body as unknown as { parameter: [{ valueMeta: Json }] }).parameter;
    deepEqual(valueMeta['tag'], [tag('a'), tag('b')]);
    deepEqual([valueMeta['versionId'], valueMeta['profile']], ['2', ['urn:p']]);
    deepEqual((await world.stored(`Patient/${id}`))['meta'], valueMeta);
    const same = await post(`Patient/${id}/$meta-add`, meta({ tag: [tag('b')] }));
    deepEqual([same.status, same.headers['etag']], [200, 'W/"2"']);
    const removed = await post(
      `Patient/${id}/$meta-delete`,
      meta({ tag: [tag('a'), tag('none')], security: [tag('s')], profile: ['urn:p'] }),
    );
    equal(removed.headers['etag'], 'W/"3"');
    const left = (await world.stored(`Patient/${id}`))['meta'] as Json;
    deepEqual([left['tag'], left['security'], left['profile']], [[tag('b')], undefined, undefined]);
  });

  it('$meta-add loses none of those that come at once, and keeps what is beside the meta', async () => {
    const id = await create({ resourceType: 'Binary', contentType: 'text/plain', data: 'aGVsbG8=' });
    const codes = Array.from({ length: 12 }, (_, index) => `c${index}`);
    const answers = await Promise.all(codes.map((code) => post(`Binary/${id}/$meta-add`, meta({ tag: [tag(code)] }))));
    for (const { status, text } of answers) equal(status, 200, text);
    const stored = (await world.stored(`Binary/${id}`))['meta'] as { tag: { code: string }[] };
    deepEqual(stored.tag.map(({ code }) => code).toSorted(), codes.toSorted());
    const bytes = await world.records.bytes({ resourceType: 'Binary', id }, 13);
    equal(Buffer.from(bytes ?? []).toString(), 'hello');
  });

  it('$meta-add and $meta-delete are refused like an update', async () => {
    const id = await create(patient('3'));
    const at = `Patient/${id}/$meta-add`;
    equal((await post(at, meta({ tag: [tag('x')] }), { headers: { 'if-match': 'W/"9"' } })).status, 412);
    equal((await post(at, parameters())).status, 400);
    equal((await post(at, patient('x'))).status, 400);
    equal((await post(at, meta({ tag: 7 }))).status, 422);
    equal((await post('Patient/none/$meta-add', meta({ tag: [tag('x')] }))).status, 404);
    await world.send('delete', `/fhir/Patient/${id}`);
    equal((await post(at, meta({ tag: [tag('x')] }))).status, 410);
    await world.audit('m1');
    equal((await post('AuditEvent/m1/$meta-add', meta({ tag: [tag('x')] }))).status, 405);
  });

  it('are for the own organisation, within its scope', async () => {
    for (const path of [
      'Patient/$validate',
      'Patient/none/$validate',
      'Patient/none/$meta-add',
      'Patient/none/$meta-delete',
    ])
      for (const as of ['other', 'narrow']) equal((await post(path, '{', { as })).status, 403, `${as} ${path}`);
    ok((await post('Observation/$validate', '{', { as: 'narrow' })).status === 400);
  });
});

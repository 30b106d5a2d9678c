/** Writes whose record a search finds: R4 http.html#cond-update, #ccreate, #cdelete; and what they do when they meet. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { openWorld, patient, twice, type Answer, type Json, type World } from './testing/world.ts';

const jsonPatch = { 'content-type': 'application/json-patch+json' };

describe('A conditional write', () => {
  let world: World;
  before(async () => {
    world = await openWorld(twice);
  });
  after(() => world.close());
  const send: World['send'] = (...args) => world.send(...args);

  const put = (mrn: string, body: Json, headers: Record<string, string> = {}): Promise<Answer> =>
    send('put', `/fhir/Patient?identifier=urn:mrn|${mrn}`, body, { headers });
  const patch = (mrn: string, body: object, headers: Record<string, string> = {}): Promise<Answer> =>
    send('patch', `/fhir/Patient?identifier=urn:mrn|${mrn}`, body, { headers: { ...jsonPatch, ...headers } });
  const remove = (mrn: string, headers: Record<string, string> = {}): Promise<Answer> =>
    send('delete', `/fhir/Patient?identifier=urn:mrn|${mrn}`, undefined, { headers });
  const create = async (mrn: string): Promise<string> => (await send('post', '/fhir/Patient', patient(mrn))).body.id;

  it('updates the one that matches, and creates where there is none', async () => {
    const created = await put('u1', patient('u1'));
    deepEqual([created.status, created.headers['etag']], [201, 'W/"1"']);
    const updated = await put('u1', patient('u1', { active: true }));
    deepEqual([updated.status, updated.headers['etag'], updated.body.id], [200, 'W/"2"', created.body.id]);
    equal((await put('u1', patient('u1', { id: created.body.id }))).status, 200);
    const other = await put('u1', patient('u1', { id: 'other' }));
    deepEqual([other.status, other.body.issue[0]?.expression], [400, ['Patient.id']]);
  });

  it("creates under the client's id, if nobody has it", async () => {
    const id = randomUUID();
    const created = await put('u2', patient('u2', { id }));
    deepEqual([created.status, created.body.id], [201, id]);
    const taken = await put('u3', patient('u3', { id }));
    equal(taken.status, 409);
    equal((await world.stored(`Patient/${id}`))['active'], undefined);
    await send('delete', `/fhir/Patient/${id}`);
    const again = await put('u3', patient('u3', { id }));
    deepEqual([again.status, again.headers['etag']], [201, 'W/"3"']);
    equal((await put('u4', patient('u4', { id: 'not an id' }))).status, 400);
  });

  it('changes nothing where several match', async () => {
    const ids = [await create('many'), await create('many')];
    for (const answer of [await put('many', patient('many')), await patch('many', []), await remove('many')]) {
      equal(answer.status, 412);
      equal(answer.body.issue[0]?.code, 'multiple-matches');
    }
    for (const id of ids) equal((await world.records.read({ resourceType: 'Patient', id }))?.versionId, 1);
  });

  it('deletes and patches the one that matches; where there is none, deletes nothing and patches nothing', async () => {
    const id = await create('d1');
    const patched = await patch('d1', [{ op: 'add', path: '/active', value: true }]);
    deepEqual([patched.status, patched.body.id, patched.body['active']], [200, id, true]);
    const deleted = await remove('d1');
    deepEqual([deleted.status, deleted.headers['etag']], [204, 'W/"3"']);
    const nothing = await remove('d1');
    deepEqual([nothing.status, nothing.headers['etag']], [204, undefined]);
    equal((await patch('d1', [])).status, 404);
  });

  it('keeps If-Match and If-None-Match', async () => {
    await create('p1');
    equal((await put('p1', patient('p1'), { 'if-match': 'W/"7"' })).status, 412);
    equal((await patch('p1', [], { 'if-match': 'W/"7"' })).status, 412);
    equal((await remove('p1', { 'if-match': 'W/"7"' })).status, 412);
    equal((await put('p1', patient('p1'), { 'if-none-match': '*' })).status, 412);
    equal((await put('p1', patient('p1'), { 'if-match': 'W/"1"' })).status, 200);
    equal((await put('p2', patient('p2'), { 'if-match': 'W/"1"' })).status, 412);
    equal((await put('p2', patient('p2'), { 'if-none-match': '*' })).status, 201);
    equal((await remove('p2', { 'if-match': '*' })).status, 204);
    equal((await remove('p2', { 'if-match': '*' })).status, 412);
  });

  it('is refused where its condition is empty or not understood, however lenient the client is', async () => {
    const headers = { prefer: 'handling=lenient' };
    for (const query of ['', '?', '?identifier=', '?_count=1', '?nonsense=1', '?identifier=x&_sort=_id']) {
      const path = `/fhir/Patient${query}`;
      equal((await send('put', path, patient('x'), { headers })).status, 400, `put ${query}`);
      equal((await send('delete', path, undefined, { headers })).status, 400, `delete ${query}`);
      equal((await send('patch', path, [], { headers: { ...jsonPatch, ...headers } })).status, 400, `patch ${query}`);
    }
    equal((await send('put', '/fhir/Patient?identifier=urn:mrn|f&_format=json', patient('f'))).status, 201);
  });

  it('makes one record of conditions that differ in words alone, and of creates and updates that meet', async () => {
    const mrn = randomUUID();
    const write = (index: number): Promise<Answer> => {
      const condition = index % 2 === 0 ? `identifier=urn:mrn|${mrn}` : `identifier=${mrn}`;
      if (index % 4 < 2)
        return send('post', '/fhir/Patient', patient(mrn), { headers: { 'if-none-exist': condition } });
      return send('put', `/fhir/Patient?${condition}`, patient(mrn, { active: true }));
    };
    const answers = await Promise.all(Array.from({ length: 24 }, (_, index) => write(index)));
    deepEqual(
      answers.map(({ status }) => status).filter((status) => status !== 200),
      [201],
    );
    equal(new Set(answers.map(({ body }) => body.id)).size, 1);
    const versions = answers.filter(({ headers }) => headers['etag'] !== undefined);
    equal(versions.length, 24);
    const id = answers[0]?.body.id ?? '';
    const history = await world.records.history({ resourceType: 'Patient', id }, { limit: 99 });
    const updates = answers.filter((_, index) => index % 4 >= 2).length;
    ok(history.length === updates || history.length === updates + 1);
  });

  it('finds anew what changed meanwhile', async () => {
    const mrn = randomUUID();
    const id = await create(mrn);
    const work = Array.from({ length: 12 }, (_, index) =>
      index % 3 === 0
        ? send('put', `/fhir/Patient/${id}`, patient(index % 2 === 0 ? 'elsewhere' : mrn, { id }))
        : put(mrn, patient(mrn, { gender: 'other' })),
    );
    for (const { status } of await Promise.all(work)) ok([200, 201, 412].includes(status), String(status));
  });
});

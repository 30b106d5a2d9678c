/** Single writes over HTTP: R4 http.html#create, #update, #delete, #ccreate, #return; DESIGN §6, FHIR. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { ingestRoutes } from './routes/table.ts';
import { fhirBaseUrl, observation, openWorld, patient, type Answer, type Json, type World } from './testing/world.ts';

const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}';

describe('A write', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  const send: World['send'] = (...args) => world.send(...args);

  it('creates under an id of ours, and says where', async () => {
    const answer = await send('post', '/fhir/Patient', patient('m1', { id: 'mine' }));
    equal(answer.status, 201);
    match(answer.headers['location'] as string, new RegExp(`^${fhirBaseUrl}/Patient/${uuid}/_history/1$`));
    equal(answer.headers['etag'], 'W/"1"');
    ok(answer.headers['last-modified']);
    deepEqual(await world.stored(`Patient/${answer.body.id}`), answer.body);
  });

  it('keeps the spelling of numbers, and answers the bytes that are stored', async () => {
    const text = JSON.stringify(observation(undefined, { valueQuantity: { value: 1.5 } })).replace('1.5', '1.10');
    const answer = await send('post', '/fhir/Observation', text);
    ok(answer.text.includes('"value":1.10'));
    const stored = await world.records.read({ resourceType: 'Observation', id: answer.body.id });
    equal(answer.text, stored?.content);
  });

  it('answers as Prefer wants it', async () => {
    const preferring = (preference: string): Promise<Answer> =>
      send('post', '/fhir/Patient', patient('m2'), { headers: { prefer: preference } });
    equal((await preferring('return=minimal')).text, '');
    equal((await preferring('return=representation')).body['resourceType'], 'Patient');
    const { body } = await preferring('handling=strict; return=OperationOutcome');
    equal(body['resourceType'], 'OperationOutcome');
    equal(body.issue.length, 1);
    equal((await preferring('return=minimalistic')).body['resourceType'], 'Patient');
  });

  it('tells what is doubtful, and what was normalised, to who asks', async () => {
    const coding = [{ system: 'urn:oid:2.16.840.1.113883.6.1', code: '718-7' }];
    const resource = observation('Medication/1', { code: { coding } });
    const prefer = { headers: { prefer: 'return=OperationOutcome' } };
    const { body, headers } = await send('post', '/fhir/Observation', resource, prefer);
    const told = body.issue.map(({ severity, expression }) => [severity, expression?.[0]]);
    deepEqual(told, [
      ['warning', 'Observation.subject.reference'],
      ['information', 'Observation.code.coding[1]'],
    ]);
    const stored = await world.stored(String(headers['location']));
    deepEqual((stored['code'] as Json)['coding'], [...coding, { system: 'http://loinc.org', code: '718-7' }]);
    const entry = { resource, request: { method: 'POST', url: 'Observation' } };
    const within = await send('post', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry: [entry] }, prefer);
    deepEqual(
      within.body.entry[0]?.response.outcome?.issue.map(({ expression }) => expression?.[0]),
      ['Bundle.entry[0].resource.subject.reference', 'Bundle.entry[0].resource.code.coding[1]'],
    );
  });

  it('creates once what must not exist yet, however many ask at once', async () => {
    const condition = { headers: { 'if-none-exist': 'identifier=urn:mrn|once' } };
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => send('post', '/fhir/Patient', patient('once'), condition)),
    );
    deepEqual(
      answers.map(({ status }) => status).toSorted((a, b) => a - b),
      [200, 200, 200, 200, 200, 200, 200, 201],
    );
    equal(new Set(answers.map(({ headers }) => headers['location'] as string)).size, 1);
    await send('post', '/fhir/Patient', patient('once'));
    equal((await send('post', '/fhir/Patient', patient('once'), condition)).status, 412);
    for (const empty of ['', 'identifier=', '_count=1', 'nonsense=1']) {
      const answer = await send('post', '/fhir/Patient', patient('x'), { headers: { 'if-none-exist': empty } });
      equal(answer.status, 400, empty);
    }
  });

  it('updates, and creates on PUT, only over the version that If-Match names', async () => {
    const id = randomUUID();
    const update = (headers: Record<string, string> = {}): Promise<Answer> =>
      send('put', `/fhir/Patient/${id}`, patient('m3', { id }), { headers });
    equal((await update({ 'if-match': 'W/"1"' })).status, 412);
    const created = await update();
    deepEqual([created.status, created.headers['location']], [201, `${fhirBaseUrl}/Patient/${id}/_history/1`]);
    const updated = await update({ 'if-match': 'W/"1"' });
    deepEqual([updated.status, updated.headers['etag']], [200, 'W/"2"']);
    equal((await update({ 'if-match': 'W/"1"' })).status, 412);
    equal((await update({ 'if-match': 'two' })).status, 400);
  });

  it('deletes once, under If-Match too, and nothing where there is nothing', async () => {
    const { body } = await send('post', '/fhir/Patient', patient('m4'));
    const path = `/fhir/Patient/${body.id}`;
    equal((await send('delete', path, undefined, { headers: { 'if-match': 'W/"7"' } })).status, 412);
    const deleted = await send('delete', path, undefined, { headers: { 'if-match': 'W/"1"' } });
    deepEqual([deleted.status, deleted.headers['etag']], [204, 'W/"2"']);
    const again = await send('delete', path);
    deepEqual([again.status, again.headers['etag']], [204, undefined]);
    equal((await send('delete', '/fhir/Patient/never')).status, 204);
    equal((await world.records.history({ resourceType: 'Patient', id: body.id }, { limit: 9 })).length, 2);
  });

  it('does not touch an audit entry of the gateway', async () => {
    await world.audit('a1');
    const event = {
      resourceType: 'AuditEvent',
      id: 'a1',
      type: { code: 'rest' },
      recorded: '2026-01-01T00:00:00Z',
      agent: [{ requestor: true }],
      source: { observer: { display: 'x' } },
    };
    equal((await send('put', '/fhir/AuditEvent/a1', event)).status, 405);
    equal((await send('put', '/fhir/AuditEvent/a1', event, { headers: { 'if-match': 'W/"9"' } })).status, 405);
    equal((await send('delete', '/fhir/AuditEvent/a1')).status, 405);
    equal((await send('post', '/fhir/AuditEvent', event)).status, 201);
    equal((await world.records.read({ resourceType: 'AuditEvent', id: 'a1' }))?.versionId, 1);
  });

  it('does not make a Provenance of an id that the gateway gives its own', async () => {
    const id = 'anchor-AAAAAAAAAAAAAAAAAAAA.A-1';
    const provenance = (given: string) => ({
      resourceType: 'Provenance',
      id: given,
      target: [{ reference: 'Patient/a' }],
      recorded: '2026-01-01T00:00:00Z',
      agent: [{ who: { display: 'x' } }],
    });
    const path = `/fhir/Provenance/${id}`;
    equal((await send('put', path, provenance(id))).status, 405);
    equal((await send('delete', path)).status, 405);
    const jsonPatch = { headers: { 'content-type': 'application/json-patch+json' } };
    equal((await send('patch', path, [], jsonPatch)).status, 405);
    const put = (given: string) => ({
      resource: provenance(given),
      request: { method: 'PUT', url: `Provenance/${given}` },
    });
    const written = (...entry: readonly object[]) =>
      send('post', '/fhir', { resourceType: 'Bundle', type: 'transaction', entry });
    equal((await written(put('anchor-of-a-ship'), put(id))).status, 405);
    equal((await written(put('anchor-of-a-ship'))).status, 200);
    equal((await send('put', '/fhir/Provenance?_id=nought', provenance(id))).status, 405);
    equal(await world.records.read({ resourceType: 'Provenance', id }), undefined);
  });

  it('of another organisation is refused before anything is looked at', async () => {
    const as = { as: 'other', headers: { 'if-none-exist': 'nonsense', 'content-type': 'text/plain' } };
    for (const { method, template } of ingestRoutes) {
      // A batch may read: what it says to another organisation's writes is tested with batches.
      if (template === '/') continue;
      for (const type of ['Patient', 'Nonsense', 'Binary']) {
        const path: string = `/fhir${template.replace(':resourceType', type).replace(':id', 'none')}`;
        for (const query of ['', '?nonsense=1', '?identifier=x'])
          equal((await send(method, `${path}${query}`, method === 'delete' ? undefined : '{', as)).status, 403, path);
      }
    }
    equal((await send('post', '/fhir/Patient', patient('x'), { as: 'narrow' })).status, 403);
  });
});

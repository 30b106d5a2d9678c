import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import request from 'supertest';
import { createWorld, fhirBaseUrl } from './testing/world.ts';

const observation = (id: string, patient = 'p') =>
  `{"resourceType":"Observation","id":"${id}","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/${patient}"},"valueQuantity":{"value":1.10}}`;
const patient = (id: string) => ({ resourceType: 'Patient', id, identifier: [{ system: 'urn:mrn', value: id }] });

const asOwn = { 'x-test-client': 'own' };

describe('the own organisation', () => {
  it('reads its records to the digit, with version headers', async () => {
    const { app, put } = createWorld();
    await put(observation('o1'));
    const { status, text, headers } = await request(app).get('/fhir/Observation/o1').set(asOwn);
    assert.equal(status, 200);
    assert.match(text, /"value":1\.10/);
    assert.equal(headers.etag, 'W/"1"');
    assert.match(headers['last-modified'] ?? '', /GMT$/);
    assert.match(headers['content-type'] ?? '', /^application\/fhir\+json/);
  });

  it('reads old versions, sees deletions as 410 and history with both', async () => {
    const { app, put, remove } = createWorld();
    await put(observation('o1'));
    await put(observation('o1'));
    await remove({ resourceType: 'Observation', id: 'o1' });
    assert.equal((await request(app).get('/fhir/Observation/o1').set(asOwn)).status, 410);
    assert.equal((await request(app).get('/fhir/Observation/o1/_history/2').set(asOwn)).status, 200);
    assert.equal((await request(app).get('/fhir/Observation/o1/_history/3').set(asOwn)).status, 410);
    assert.equal((await request(app).get('/fhir/Observation/o1/_history/9').set(asOwn)).status, 404);
    assert.equal((await request(app).get('/fhir/Observation/o1/_history/x').set(asOwn)).status, 404);
    const { body } = await request(app).get('/fhir/Observation/o1/_history').set(asOwn);
    assert.equal(body.total, 3);
    assert.deepEqual(
      body.entry.map(({ request: { method } }: { request: { method: string } }) => method),
      ['DELETE', 'PUT', 'PUT'],
    );
    assert.equal(body.entry[0].resource, undefined);
  });

  it('searches in pages whose links lead on, with a total', async () => {
    const { app, put } = createWorld();
    await put(patient('p'));
    for (let index = 0; index < 7; index += 1) await put(observation(`o${index}`));
    const found: string[] = [];
    let url = '/fhir/Observation?patient=p&_count=3';
    for (let page = 0; page < 3; page += 1) {
      const { status, body } = await request(app).get(url).set(asOwn);
      assert.equal(status, 200);
      assert.equal(body.total, 7);
      found.push(...body.entry.map(({ resource }: { resource: { id: string } }) => resource.id));
      const links = body.link as { relation: string; url: string }[];
      const next = links.find(({ relation }) => relation === 'next');
      assert.equal(next === undefined, page === 2);
      url = next?.url.slice(fhirBaseUrl.length - '/fhir'.length) ?? '';
    }
    assert.deepEqual(found, ['o0', 'o1', 'o2', 'o3', 'o4', 'o5', 'o6']);
  });

  it('counts, and posts its searches', async () => {
    const { app, put } = createWorld();
    await put(patient('p'));
    const count = await request(app).get('/fhir/Patient?_summary=count').set(asOwn);
    assert.deepEqual([count.body.total, count.body.entry], [1, undefined]);
    const posted = await request(app)
      .post('/fhir/Patient/_search')
      .set(asOwn)
      .type('form')
      .send('identifier=urn:mrn|p');
    assert.equal(posted.body.entry[0].resource.id, 'p');
  });

  it('gets everything of a patient with what that references, but for the audit trail', async () => {
    const { app, put } = createWorld();
    await put(patient('p'));
    await put({ resourceType: 'Organization', id: 'org', name: 'O' });
    await put({ resourceType: 'PractitionerRole', id: 'role', organization: { reference: 'Organization/org' } });
    await put({
      resourceType: 'Encounter',
      id: 'e',
      status: 'finished',
      class: { code: 'AMB' },
      subject: { reference: 'Patient/p' },
      participant: [{ individual: { reference: 'PractitionerRole/role' } }],
    });
    await put(observation('elsewhere', 'q'));
    await request(app).get('/fhir/Patient/p').set(asOwn);
    const { body } = await request(app).get('/fhir/Patient/p/$everything').set(asOwn);
    const entries = body.entry.map(
      (entry: { fullUrl: string; search: { mode: string } }) =>
        `${entry.search.mode} ${entry.fullUrl.slice(fhirBaseUrl.length + 1)}`,
    );
    assert.deepEqual(entries.sort(), [
      'include Organization/org',
      'include PractitionerRole/role',
      'match Encounter/e',
      'match Patient/p',
    ]);
  });

  it('leaves a trail that the patient can find', async () => {
    const { app, put, memory } = createWorld();
    await put(observation('o1'));
    await request(app).get('/fhir/Observation/o1').set(asOwn);
    const { body } = await request(app).get('/fhir/AuditEvent?patient=p').set(asOwn);
    const [event] = body.entry.map(({ resource }: { resource: unknown }) => resource);
    assert.deepEqual(event.meta.profile, [
      'https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.PatientRead',
    ]);
    assert.equal(event.entity[0].what.reference, 'Observation/o1/_history/1');
    const decided = memory.events.find(({ topic }) => topic === 'chartseal.access.decided.v1');
    assert.equal(JSON.parse(decided?.value ?? '').data.reason, 'own-organization');
  });
});

describe('what the token and the words alone tell', () => {
  it('refuses without a scope, and says so of unknown types to anyone', async () => {
    const { app } = createWorld();
    assert.equal((await request(app).get('/fhir/Patient/p')).status, 401);
    assert.equal((await request(app).get('/fhir/Observation/o').set('x-test-client', 'narrow')).status, 403);
    assert.equal((await request(app).get('/fhir/Patient/p/$everything').set('x-test-client', 'narrow')).status, 403);
    for (const client of ['own', 'other']) {
      const { status, body } = await request(app).get('/fhir/Nonsense/o').set('x-test-client', client);
      assert.deepEqual([status, body.issue[0].code], [404, 'not-supported']);
    }
  });

  it('refuses parameters that it does not know, unless the client is lenient', async () => {
    const { app } = createWorld();
    const strict = await request(app).get('/fhir/Patient?shoe-size=44').set(asOwn);
    assert.deepEqual([strict.status, strict.body.resourceType], [400, 'OperationOutcome']);
    const lenient = await request(app)
      .get('/fhir/Patient?shoe-size=44')
      .set({ ...asOwn, prefer: 'handling=lenient' });
    assert.equal(lenient.status, 200);
    assert.equal((await request(app).get('/fhir/Observation?date=yesterday').set(asOwn)).status, 400);
  });

  it('lists what works to anyone', async () => {
    const { app } = createWorld();
    const { status, body } = await request(app).get('/fhir/metadata');
    assert.equal(status, 200);
    const patient = body.rest[0].resource.find(({ type }: { type: string }) => type === 'Patient');
    assert.deepEqual(patient.interaction.map(({ code }: { code: string }) => code).sort(), [
      'history-instance',
      'history-type',
      'read',
      'search-type',
      'vread',
    ]);
  });
});

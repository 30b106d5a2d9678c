/** The same paths over the store that is really used: what it finds, pages and keeps. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { temporaryPostgres } from '@chartseal/embedded/testing';
import { parseSearchQuery } from '@chartseal/fhir';
import { openPostgres, type PostgresStores } from '@chartseal/postgres';
import request, { type Response } from 'supertest';
import { knowing, TestPatient } from './testing/test-patient.ts';
import { answersOf, questions, worldWith, type Hidden, type Page } from './testing/woven-records.ts';
import { createWorld, fhirBaseUrl, type World } from './testing/world.ts';

describe('on PostgreSQL', () => {
  let postgres: Awaited<ReturnType<typeof temporaryPostgres>>;
  let stores: PostgresStores;
  let world: World;
  let patient: TestPatient;
  const observations = Array.from({ length: 12 }, (_, index) => `o${index}`);

  before(async () => {
    postgres = await temporaryPostgres();
    stores = await openPostgres(postgres.connection);
    patient = await TestPatient.enrol('yes');
    world = createWorld({ ...knowing(patient), records: stores.records });
    for (const id of ['yes', 'no'])
      await world.put({ resourceType: 'Patient', id, identifier: [{ system: 'urn:mrn', value: id }] });
    await world.put({ resourceType: 'Practitioner', id: 'dr' });
    for (const [index, id] of observations.entries()) {
      await world.put({
        resourceType: 'Observation',
        id,
        status: 'final',
        code: { coding: [{ system: 'http://loinc.org', code: '8867-4' }] },
        subject: { reference: `Patient/${index % 3 === 0 ? 'yes' : 'no'}` },
        performer: [{ reference: 'Practitioner/dr' }],
      });
    }
  });
  after(async () => {
    await stores.close();
    await postgres.close();
  });

  const pages = async (first: string, client: string): Promise<readonly string[]> => {
    const found: string[] = [];
    for (let url: string | undefined = first; url !== undefined;) {
      const { status, body }: Response = await request(world.app).get(`/fhir/${url}`).set('x-test-client', client);
      assert.equal(status, 200);
      const entries = (body.entry ?? []) as { fullUrl: string }[];
      found.push(...entries.map(({ fullUrl }) => fullUrl.slice(fhirBaseUrl.length + 1)));
      const links = body.link as { relation: string; url: string }[];
      const next = links.find(({ relation }) => relation === 'next');
      url = next?.url.slice(fhirBaseUrl.length + 1);
    }
    return found;
  };

  it('the own organisation finds everything, page by page', async () => {
    assert.equal((await pages('Observation?code=http://loinc.org|8867-4&_count=5', 'own')).length, 12);
    assert.equal((await pages('Observation?patient=no', 'own')).length, 8);
    const { body } = await request(world.app)
      .get('/fhir/Observation?patient=Patient/no&_summary=count')
      .set('x-test-client', 'own');
    assert.equal(body.total, 8);
  });

  it('another finds nothing without consent, then all that is permitted, and nothing again', async () => {
    assert.deepEqual(await pages('Observation', 'other'), []);
    assert.equal((await request(world.app).get('/fhir/Observation/o0').set('x-test-client', 'other')).status, 404);
    const consentId = await patient.grant();
    const permitted = ['Observation/o0', 'Observation/o3', 'Observation/o6', 'Observation/o9'];
    assert.deepEqual((await pages('Observation?_count=1', 'other')).toSorted(), permitted);
    const everything = await pages('Patient/yes/$everything', 'other');
    assert.deepEqual(everything.toSorted(), [...permitted, 'Patient/yes', 'Practitioner/dr']);
    await patient.revoke(consentId, 'pending');
    assert.deepEqual(await pages('Observation', 'other'), []);
  });

  it('the patient finds who read what, and each entry is an event for the access log', async () => {
    const search = parseSearchQuery('AuditEvent', [['patient', 'Patient/yes']], { baseUrl: fhirBaseUrl, now: 0 });
    assert.ok(search.outcome === 'parsed');
    const { versions } = await stores.records.search(search.query, { limit: 100 });
    const texts = versions.map(({ content }) => content);
    assert.ok(texts.length > 5 && texts.every((text) => text.includes('Patient/yes')));
    assert.ok(
      texts.some((text) => text.includes('hospital-b')) && texts.every((text) => !text.includes('Observation/o1/')),
    );
    let announced = 0;
    await stores.outbox.drain(1000, async (events) => {
      announced += events.filter(({ topic }) => topic === 'chartseal.access.decided.v1').length;
      assert.ok(events.every(({ value }) => !/Patient\/|Observation\//.test(value)));
    });
    assert.equal(announced, (await world.audits()).length);
  });
});

describe('on PostgreSQL as in memory', () => {
  let postgres: Awaited<ReturnType<typeof temporaryPostgres>>;
  let stores: PostgresStores;
  before(async () => {
    postgres = await temporaryPostgres();
    stores = await openPostgres(postgres.connection);
  });
  after(async () => {
    await stores.close();
    await postgres.close();
  });

  it('law 7 each question has one answer', async () => {
    const performer = 'Practitioner/dr';
    const seen = { code: 'a', effectiveDateTime: '2020', value: 2, performer, member: 'v0' } as const;
    const secret: Hidden = {
      family: 'Able',
      birthDate: '2019',
      told: 'Baker',
      encounter: 'EMER',
      observations: [seen, { ...seen, code: 'b', performer: 'Patient/yes', member: 'about-both' }],
      deleted: false,
    };
    const [inMemory, stored] = [await worldWith(secret), await worldWith(secret, { records: stores.records })];
    const told = (pages: readonly Page[]): unknown =>
      pages.map(({ status, body }) => [status, body.entry?.map(({ fullUrl, search }) => [fullUrl, search?.mode])]);
    for (const question of questions)
      for (const client of ['own', 'other'])
        assert.deepEqual(
          told(await answersOf(stored, question, client)),
          told(await answersOf(inMemory, question, client)),
          `${question} ${client}`,
        );
  });

  it('keeps the content of a Binary outside, and gives it back', async () => {
    const world = createWorld({ records: stores.records });
    await world.put({ resourceType: 'Binary', id: 'b', contentType: 'text/plain', data: 'bm90ZQ==' });
    const { text } = await request(world.app).get('/fhir/Binary/b').set('x-test-client', 'own');
    assert.equal(text, 'note');
    assert.ok((await stores.records.read({ resourceType: 'Binary', id: 'b' }))?.content.includes('bm90ZQ==') === false);
  });
});

/** What the recipient must be told goes with every disclosure, whichever way it leaves (42 CFR 2.32). */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import request from 'supertest';
import { get, observation, twoPatients, type Case } from './testing/two-patients.ts';

const noRedisclosure = 'http://terminology.hl7.org/CodeSystem/v3-ActCode|NORDSCLCD';
const opioids = { code: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'F11.20' }] } };

type Json = { readonly [member: string]: Json } | readonly Json[] | string | number | boolean | null;

/** Every resource with this id, wherever it lies in an answer. */
const resourcesIn = (value: Json, id: string): readonly { readonly [member: string]: Json }[] => {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return (value as readonly Json[]).flatMap((item) => resourcesIn(item, id));
  const object = value as { readonly [member: string]: Json };
  const inside = Object.values(object).flatMap((member) => resourcesIn(member, id));
  return object['resourceType'] !== undefined && object['id'] === id ? [object, ...inside] : inside;
};

const isTold = (resource: { readonly [member: string]: Json }): boolean =>
  JSON.stringify(resource['meta'] ?? null).includes('"NORDSCLCD"');

describe('B10 obligations', () => {
  let world: Case;
  before(async () => {
    world = await twoPatients();
    await world.put(observation('o1', 'yes', { ...opioids, effectiveDateTime: '2026-01-01' }));
    await world.put(observation('plain', 'yes', { hasMember: [{ reference: 'Observation/o1' }] }));
    await world.put({
      resourceType: 'Binary',
      id: 'b1',
      contentType: 'text/plain',
      securityContext: { reference: 'Patient/yes' },
      data: 'YQ==',
    });
  });

  for (const path of [
    'Observation/o1',
    'Observation/o1/_history/1',
    'Observation/o1/_history',
    'Observation?_id=o1',
    'Observation?_id=o1&_summary=true',
    'Observation?_id=o1&_elements=status',
    'Observation/o1?_summary=data',
    'Observation?patient=yes',
    'Observation?_id=plain&_include=Observation:has-member',
    'Patient?_id=yes&_revinclude=Observation:subject',
    'Patient/yes/Observation',
    'Patient/yes/*',
    'Patient/yes/$everything',
    'Observation/$lastn?patient=yes&code=http://hl7.org/fhir/sid/icd-10-cm|F11.20',
  ])
    it(`are told by GET ${path}`, async () => {
      const { status, body } = await get(world, path);
      assert.equal(status, 200);
      const found = resourcesIn(body, 'o1');
      assert.ok(found.length > 0 && found.every(isTold), JSON.stringify(body));
      for (const plain of resourcesIn(body, 'plain')) assert.ok(!isTold(plain));
    });

  it('are told by POST _search', async () => {
    const search = await request(world.app)
      .post('/fhir/Observation/_search')
      .set('x-test-client', 'other')
      .type('form')
      .send('_id=o1');
    assert.ok(resourcesIn(search.body as Json, 'o1').every(isTold));
    assert.equal(resourcesIn(search.body as Json, 'o1').length, 1);
  });

  it('stand beside a body that has no room for them', async () => {
    const native = await request(world.app)
      .get('/fhir/Binary/b1')
      .set({ 'x-test-client': 'other', accept: 'text/plain' });
    assert.deepEqual([native.status, native.headers['chartseal-obligations']], [200, noRedisclosure]);
    const asResource = await request(world.app)
      .get('/fhir/Binary/b1')
      .set({ 'x-test-client': 'other', accept: 'application/fhir+json' });
    assert.ok(resourcesIn(asResource.body as Json, 'b1').every(isTold));
  });

  it('are none of the hospital’s own', async () => {
    assert.ok(!isTold((await get(world, 'Observation/o1', 'own')).body));
    const { headers } = await request(world.app).get('/fhir/Binary/b1').set({ 'x-test-client': 'own', accept: '*/*' });
    assert.equal(headers['chartseal-obligations'], undefined);
  });
});

/** Batches over HTTP: R4 http.html#batch. Each entry for itself. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  bundle,
  get,
  observation,
  openWorld,
  patient,
  post,
  put,
  remove,
  type Json,
  type World,
} from './testing/world.ts';

describe('A batch', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  const statusesOf = async (entries: Json[], as = 'own'): Promise<readonly string[]> => {
    const answer = await world.send('post', '/fhir', bundle('batch', ...entries), { as });
    equal(answer.status, 200, answer.text);
    equal(answer.body['type'], 'batch-response');
    return answer.body.entry.map(({ response }) => response.status.slice(0, 3));
  };

  it('carries out what it can, in place, and says of the rest what is wrong with it', async () => {
    await world.audit('own');
    const entries = [
      post(patient('a')),
      post(observation(undefined, { status: 'bogus' })),
      put(patient('b', { id: 'b' })),
      { ...post(patient('c')), mood: 'good' },
      remove('AuditEvent/own'),
      get('Patient/b'),
      get('Patient/gone'),
      { request: { method: 'BREW', url: 'Patient' } },
      'nothing' as unknown as Json,
      remove('Patient/never'),
      { request: { method: 'HEAD', url: 'Patient/b' } },
    ];
    const answer = await world.send('post', '/fhir', bundle('batch', ...entries));
    deepEqual(
      answer.body.entry.map(({ response }) => response.status.slice(0, 3)),
      ['201', '422', '201', '422', '405', '200', '404', '400', '400', '204', '200'],
    );
    deepEqual(answer.body.entry[3]?.response.outcome?.issue[0]?.expression, ['Bundle.entry[3].mood']);
    deepEqual(answer.body.entry[5]?.resource, { resourceType: 'Patient' });
    equal(answer.body.entry[10]?.resource, undefined);
    equal(await world.count('Patient'), 2);
  });

  it('names the place of what is wrong with a resource', async () => {
    const bad = post(observation(undefined, { status: 'bogus' }));
    const { body } = await world.send('post', '/fhir', bundle('batch', post(patient('x')), bad));
    deepEqual(body.entry[1]?.response.outcome?.issue[0]?.expression, ['Bundle.entry[1].resource.status']);
  });

  it('creates once what must not exist yet', async () => {
    const entry = post(patient('same'), { ifNoneExist: 'identifier=urn:mrn|same' });
    const statuses = await statusesOf(Array.from({ length: 8 }, () => entry));
    deepEqual(statuses.toSorted(), [...Array.from({ length: 7 }, () => '200'), '201']);
  });

  it('of another organisation reads, and writes nothing, whatever else is wrong with it', async () => {
    deepEqual(await statusesOf([get('Patient/1'), get('Patient?identifier=x')], 'other'), ['200', '200']);
    ok(world.reads.includes('Patient?identifier=x'));
    const writes = [
      post(patient('x')),
      remove('Nonsense/1'),
      { request: { method: 'PUT' } } as Json,
      post(patient('x'), { ifNoneExist: '?' }),
    ];
    deepEqual(await statusesOf(writes, 'other'), ['403', '403', '403', '403']);
    deepEqual(await statusesOf([post(patient('x')), post(observation())], 'narrow'), ['403', '201']);
  });
});

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isKind } from '@chartseal/ports';
import { createRateLimit } from '@chartseal/server';
import { createReadEntry, createReads } from './index.ts';
import { knowing, TestPatient } from './testing/test-patient.ts';
import { createWorld, other, own } from './testing/world.ts';

const free = createRateLimit({ perSecond: 0 });
const unlimited = { own: free, other: free };

it('counts each entry of a batch as a request, so that a batch is no way around the limit', async () => {
  const world = createWorld();
  const limits = { own: free, other: createRateLimit({ perSecond: 1 }) };
  const readEntry = createReadEntry(createReads(world.deps), limits);
  const kinds: unknown[] = [];
  for (let count = 0; count < 16; count += 1)
    await readEntry(other, 'Patient/q').catch((error: unknown) => kinds.push((error as { kind: string }).kind));
  assert.equal(kinds[0], 'not-found');
  assert.ok(kinds.includes('rate-limited'));
  assert.equal(JSON.parse((await readEntry(own, 'Patient?_id=q')).body).total, 0);
});

it('C1 a batch entry goes the way of a request: decided, audited, and hidden the same', async () => {
  const patient = await TestPatient.enrol('p');
  const world = createWorld(knowing(patient));
  await world.put({ resourceType: 'Patient', id: 'p' });
  const readEntry = createReadEntry(createReads(world.deps), unlimited);
  const notFound = (error: unknown): boolean => isKind(error, 'not-found');
  await assert.rejects(readEntry(other, 'Patient/p'), notFound);
  await assert.rejects(readEntry(other, '/Patient/q'), notFound);
  await patient.grant();
  const { status, etag, body } = await readEntry(other, 'Patient/p');
  assert.deepEqual([status, etag, JSON.parse(body).id], [200, 'W/"1"', 'p']);
  assert.equal(JSON.parse((await readEntry(own, 'Patient?_id=p')).body).total, 1);
  assert.equal(JSON.parse((await readEntry(own, 'Patient/p/_history')).body).type, 'history');
  assert.equal((await readEntry(own, 'Patient/p/_history/1')).status, 200);
  assert.equal(JSON.parse((await readEntry(own, 'Patient/p/$everything')).body).type, 'searchset');
  for (const [url, type] of [
    ['_history', 'history'],
    ['Patient/_history', 'history'],
    ['?_type=Patient', 'searchset'],
    ['Patient/p/*', 'searchset'],
    ['Patient/p/Observation?code=x', 'searchset'],
    ['Patient/$everything', 'searchset'],
    ['Observation/$lastn?patient=p&code=x', 'searchset'],
  ] as const)
    assert.equal(JSON.parse((await readEntry(own, url)).body).type, type, url);
  assert.equal(JSON.parse((await readEntry(own, 'Patient/p/$meta')).body).resourceType, 'Parameters');
  await world.put({ resourceType: 'Binary', id: 'b', contentType: 'text/html', data: 'eA==' });
  assert.equal(JSON.parse((await readEntry(own, 'Binary/b')).body).data, 'eA==');
  for (const url of [
    '',
    'Patient/$match',
    'Patient/p/$nonsense',
    'Patient%2Fp',
    'Patient/p/$proof',
    'Patient/p/_history/1/x',
    'Patient/%zz',
  ]) {
    await assert.rejects(readEntry(own, url), (error: unknown) => isKind(error, 'malformed'), url);
  }
  assert.ok((await world.audits()).length >= 7);
});

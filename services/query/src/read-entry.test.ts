import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isKind } from '@chartseal/ports';
import { createReadEntry, createReads } from './index.ts';
import { knowing, TestPatient } from './testing/test-patient.ts';
import { createWorld, other, own } from './testing/world.ts';

it('C1 a batch entry goes the way of a request: decided, audited, and hidden the same', async () => {
  const patient = await TestPatient.enrol('p');
  const world = createWorld(knowing(patient));
  await world.put({ resourceType: 'Patient', id: 'p' });
  const readEntry = createReadEntry(createReads(world.deps));
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

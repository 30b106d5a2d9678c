import { deepEqual, equal, match } from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { type TemporaryPostgres, temporaryPostgres } from '@chartseal/embedded/testing';
import { openWorld, type World } from '../testing/world.ts';

describe('Of one id here and at the upstream, the connector', () => {
  let postgres: TemporaryPostgres;
  let world: World;
  before(async () => {
    postgres = await temporaryPostgres();
  });
  after(() => postgres.close());
  beforeEach(async () => {
    world = await openWorld(postgres);
  });
  afterEach(() => world.close());

  const fill = (count: number): void => {
    for (let at = 0; at < count; at += 1) world.upstream.records.put('Patient', `p${at}`);
  };

  describe('overwrites', () => {
    it('no record that was written here', async () => {
      fill(2);
      await world.write('Patient/p1', '"gender":"other"');
      await world.pull();
      match((await world.refusals())['Patient/p1'] ?? '', /^conflict/);
      deepEqual([await world.version('Patient/p0'), (await world.stored('Patient/p1'))?.['gender']], [1, 'other']);
      world.upstream.records.put('Patient', 'p1', '"active":false');
      world.upstream.records.remove('Patient', 'p1');
      await world.pull();
      equal(await world.version('Patient/p1'), 1);
    });

    it('no record that was written here while it looked', async () => {
      fill(1);
      const { records } = world.stores;
      const readMany: typeof records.readMany = async (keys) => {
        const versions = await records.readMany(keys);
        if (keys.length > 0) await world.write('Patient/p0', '"gender":"other"');
        return versions;
      };
      await world.puller({}, { records: { ...records, readMany } }).round(new AbortController().signal);
      deepEqual([await world.version('Patient/p0'), (await world.stored('Patient/p0'))?.['gender']], [1, 'other']);
      match((await world.refusals())['Patient/p0'] ?? '', /^conflict/);
    });

    it('what was written here over its own when it changes there, and not before', async () => {
      fill(1);
      await world.pull();
      await world.write('Patient/p0', '"gender":"other"');
      await world.pull();
      equal((await world.stored('Patient/p0'))?.['gender'], 'other');
      world.upstream.records.put('Patient', 'p0', '"gender":"female"');
      await world.pull();
      deepEqual([await world.version('Patient/p0'), (await world.stored('Patient/p0'))?.['gender']], [3, 'female']);
    });

    it('nothing of another upstream', async () => {
      fill(1);
      await world.stores.upstreamCheckpoints.claim('https://other.example/fhir', 'Patient', ['p0']);
      await world.pull();
      match((await world.refusals())['Patient/p0'] ?? '', /another upstream/);
      equal(await world.version('Patient/p0'), undefined);
    });
  });

  it('takes for its own what was written here alike', async () => {
    fill(1);
    await world.write('Patient/p0', `"meta":{"source":"${world.upstream.baseUrl}"},"active":true`);
    await world.pull();
    deepEqual([await world.refusals(), await world.version('Patient/p0')], [{}, 1]);
    world.upstream.records.put('Patient', 'p0', '"active":false');
    await world.pull();
    equal(await world.version('Patient/p0'), 2);
  });
});

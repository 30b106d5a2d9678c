/** C7: how long an answer takes tells nothing of what is withheld. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ChartsealError, type RecordStore } from '@chartseal/ports';
import { systemClock } from '@chartseal/server';
import { get, observation, twoPatients, type Case } from './testing/two-patients.ts';
import { createWorld, silentPatients } from './testing/world.ts';

const timedWorld = async (answerStepMs: number): Promise<Case> => {
  const world = await twoPatients({ answerStepMs, clock: systemClock });
  await world.put(observation('o1', 'yes'));
  await world.put(observation('o2', 'no'));
  return world;
};

const tookMs = async (world: Case, path: string): Promise<number> => {
  const began = systemClock.monotonicMs();
  await get(world, path);
  return systemClock.monotonicMs() - began;
};

describe('C7 when another organisation is answered', () => {
  it('not before the moment, be it withheld, missing, found or failed', async () => {
    const stepMs = 60;
    const world = await timedWorld(stepMs);
    for (const [steps, paths] of [
      [1, ['Observation/o2', 'Observation/never', 'Observation/o2/_history/1', 'Observation/o2/$meta', 'Patient/no']],
      [
        2,
        ['Observation?_id=o2', 'Observation?patient=yes', 'Observation/o1/_history', '?_type=Patient', 'Patient/no/*'],
      ],
      [2, ['Patient/no/$everything', 'Patient/yes/$everything', 'Observation/$lastn?patient=no&code=x']],
    ] as const)
      for (const path of paths) assert.ok((await tookMs(world, path)) >= steps * stepMs, path);
    world.memory.read = async () => Promise.reject(new ChartsealError('corrupt', 'as what is withheld may be'));
    assert.ok((await tookMs(world, 'Observation/o2')) >= stepMs);
  });

  it('at once for a record that is shown whole, and the own organisation always', { timeout: 30_000 }, async () => {
    const world = await timedWorld(600_000);
    for (const path of ['Observation/o1', 'Observation/o1/_history/1', 'Observation/o1/$meta'])
      assert.equal((await get(world, path)).status, 200);
    for (const path of ['Observation/o2', 'Observation/never', 'Observation?patient=no', 'Patient/no/$everything'])
      await get(world, path, 'own');
  });
});

describe('C10 while an answer waits for its moment', () => {
  it('what is revoked meanwhile is not shown any more', async () => {
    for (const [path, status] of [
      ['Observation?_id=o1', 200],
      ['Patient/yes/$everything', 404],
    ] as const) {
      const world = await timedWorld(100);
      const revoked = Promise.withResolvers<void>();
      world.memory.beforeCommit = async () => {
        world.memory.beforeCommit = async () => {};
        setTimeout(() => void world.granting.revoke(world.consentId, 'pending').then(revoked.resolve), 50);
      };
      const { status: answered, text } = await get(world, path);
      await revoked.promise;
      assert.equal(answered, status);
      assert.ok(!text.includes('Observation/o1'));
      // Query and authorisation of what was decided first, and what was told in the end.
      assert.equal((await world.audits()).length, 3);
    }
  });
});

describe('C7 what is looked up', () => {
  it('is the same for what is missing as for what is withheld', async () => {
    const looked: string[] = [];
    const memory = createWorld().memory;
    const records: RecordStore = new Proxy(memory, {
      get: (target, name: keyof RecordStore) => {
        looked.push(`records.${name}`);
        const method: unknown = target[name];
        return typeof method === 'function' ? method.bind(target) : method;
      },
    });
    const say = async () => {
      looked.push('patients.say');
      return [];
    };
    const world = createWorld({
      records,
      patients: { ...silentPatients, say },
    });
    await world.put({ resourceType: 'Patient', id: 'no' });
    await world.put(observation('o2', 'no'));
    const lookedUpFor = async (path: string): Promise<readonly string[]> => {
      looked.length = 0;
      await get(world, path);
      return looked.toSorted();
    };
    for (const rest of ['', '/_history/1', '/$meta', '/$proof']) {
      const withheld = await lookedUpFor(`Observation/o2${rest}`);
      assert.ok(withheld.includes('patients.say') && withheld.includes('records.commit'));
      assert.deepEqual(await lookedUpFor(`Observation/never${rest}`), withheld);
    }
  });
});

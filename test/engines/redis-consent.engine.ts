/** Whoever runs Redis can forge, replay and empty it: what a patient has said stays what the patient signed (consent-semantics C12, ADR 13). */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { createObservation, createPatient, enrolDevice } from '../testing/patient.ts';
import { skipWithout } from './available.ts';
import { freePorts, NativeEngine } from './native-engine.ts';
import { operatorOf, type RedisOperator } from './redis-operator.ts';

type Snapshot = ReadonlyMap<string, Buffer>;

const snapshot = async (redis: RedisOperator): Promise<Snapshot> => {
  const dumps = new Map<string, Buffer>();
  for (const key of await redis.keys('*')) {
    const dump = await redis.dumpBuffer(key);
    if (dump !== null) dumps.set(key, dump);
  }
  return dumps;
};

describe('Redis in the hands of an attacker', { skip: skipWithout('redis') }, () => {
  const stack = new AsyncDisposableStack();
  let gateway: GatewayProcess;
  let redis: RedisOperator;
  before(async () => {
    const port = String(await freePorts(1));
    const engine = stack.use(new NativeEngine('redis', `consent-${process.pid}`, { REDIS_PORT: port }));
    await engine.up();
    gateway = stack.use(await GatewayProcess.start(await engine.environment()));
    redis = await operatorOf(engine);
    stack.defer(() => redis.disconnect());
  });
  after(() => stack.disposeAsync());

  const asB = async (path: string): Promise<number> => (await gateway.send('GET', path, { as: 'hospital-b' })).status;
  const replayed = async (dumps: Snapshot): Promise<void> => {
    await redis.flushall();
    for (const [key, dump] of dumps) await redis.restore(key, 0, dump, 'REPLACE');
  };

  it('gives nothing back that was revoked, by whatever it held before', async () => {
    const patient = await createPatient(gateway);
    const { reference } = await createObservation(gateway, patient);
    const device = await enrolDevice(gateway, patient);
    const { consentId } = await device.grant({ to: 'hospital-b', purposes: ['TREAT'] });
    equal(await asB(reference), 200);
    const before = await snapshot(redis);
    ok(consentId !== null);
    await device.revoke(consentId);
    equal(await asB(reference), 404);
    await replayed(before);
    equal(await asB(reference), 404);
  });

  it('gives nothing that was never granted, whatever is written under whatever name', async () => {
    const [granted, silent] = [await createPatient(gateway), await createPatient(gateway)];
    const { reference } = await createObservation(gateway, silent);
    const device = await enrolDevice(gateway, granted);
    const other = await enrolDevice(gateway, silent);
    await device.grant({ to: 'hospital-b', purposes: ['TREAT'] });
    equal(await asB((await createObservation(gateway, granted)).reference), 200);
    const forged = JSON.stringify({ effect: 'permit', patient: other.state.patient, status: 'open', directives: {} });
    for (const [key, dump] of await snapshot(redis)) {
      await redis.set(key.replaceAll(device.state.patient, other.state.patient), forged);
      await redis.restore(`${key}x`, 0, dump, 'REPLACE');
      await redis.set(key, forged);
    }
    for (const name of [other.state.patient, silent, reference, `consent/patient/${other.state.patient}`])
      for (const prefix of ['', 'chartseal:', 'chartseal:consent:', 'chartseal:directives:'])
        await redis.set(`${prefix}${name}`, forged);
    equal(await asB(reference), 404);
  });

  it('takes nothing away that was granted: emptied, it is a miss', async () => {
    const patient = await createPatient(gateway);
    const { reference } = await createObservation(gateway, patient);
    await (await enrolDevice(gateway, patient)).grant({ to: 'hospital-b', purposes: ['TREAT'] });
    await redis.flushall();
    deepEqual([await asB(reference), gateway.state], [200, 'alive']);
  });
});

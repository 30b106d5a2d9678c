/** DESIGN §6 Consent 1 and 2: a code at the desk, a key at home. */
import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { generatePatientKey } from '@chartseal/consent';
import { settlePending } from './directives/settle.ts';
import { Device, offer } from './testing/device.ts';
import { openWorld, type World } from './testing/world.ts';

describe('Enrolment', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  const device = async (): Promise<Device> => new Device(world, await generatePatientKey());

  it('offers 128 random bits and a fresh handle, to its own hospital alone', async () => {
    const [one, two] = [await offer(world), await offer(world)];
    match(one.code, /^[\w-]{22}$/);
    match(one.patient, /^[\w-]{22}$/);
    notEqual(one.code, two.code);
    notEqual(one.patient, two.patient);
    const desk = (id: string, body: object | string | undefined, as = 'own') =>
      world.send('post', `/fhir/Patient/${id}/$enroll`, body, { 'x-test-client': as });
    const empty = { resourceType: 'Parameters' };
    for (const [id, status] of [
      ['none', 404],
      ['gone', 410],
      ['a%20b', 404],
    ] as const)
      equal((await desk(id, empty)).status, status, id);
    equal((await desk('p', undefined)).status, 200);
    for (const as of ['other', 'reader']) equal((await desk('p', empty, as)).status, 403);
    for (const body of ['{', '{"resourceType":"Patient"}', '{"resourceType":"Parameters","parameter":[{"name":"x"}]}'])
      equal((await desk('p', body)).status, 400, body);
  });

  it('opens the handle under the key, once for a code, and tells of it without PHI', async () => {
    await world.events();
    const patient = await device();
    const offered = await offer(world);
    const answer = await patient.enrol(offered);
    deepEqual([answer.status, answer.body], [201, { patient: offered.patient }]);
    deepEqual((await world.onLedger(offered.patient)).publicKey, patient.key.publicKey);
    const event = (await world.events()).find(({ key }) => key === offered.patient);
    const { type, data } = JSON.parse(event?.value ?? '{}') as { type: string; data: Record<string, unknown> };
    equal(type, 'chartseal.consent.changed.v1');
    deepEqual([data['operation'], data['patient'], typeof data['blockNumber']], ['enrol', offered.patient, 'number']);
    ok(!event?.value.includes('Patient/'));
    const thief = await device();
    equal((await thief.enrol(offered)).status, 401);
  });

  it('answers the same proof as the first time, also when the ledger committed and our answer was lost', async () => {
    const patient = await device();
    const offered = await offer(world);
    const body = await patient.enrolment(offered);
    world.ledgerMood = 'commits-silently';
    equal((await world.send('post', '/consent/enrolments', body)).status, 503);
    world.ledgerMood = 'answers';
    for (let time = 0; time < 2; time += 1) {
      const answer = await world.send('post', '/consent/enrolments', body);
      deepEqual([answer.status, answer.body], [201, { patient: offered.patient }]);
    }
  });

  it('takes a code for ten minutes, and only with a proof for it', async () => {
    const patient = await device();
    const offered = await offer(world);
    const enrol = async (change: object, beside: object = {}) =>
      (await world.send('post', '/consent/enrolments', { ...(await patient.enrolment(offered, change)), ...beside }))
        .status;
    const another = await generatePatientKey();
    equal(await enrol({ network: 'f'.repeat(64) }), 422);
    equal(await enrol({ custodian: 'hospital-b' }), 422);
    equal(await enrol({ patient: 'A'.repeat(22) }), 422);
    equal(await enrol({ codeHash: 'A'.repeat(43) }), 401);
    equal(await enrol({}, { publicKey: another.publicKey }), 401);
    equal(await enrol({}, { publicKey: 'x' }), 400);
    equal(await enrol({}, { more: 1 }), 400);
    world.later(10 * 60_000);
    equal(await enrol({}), 401);
  });

  it('again closes the old handle, here at once and on the ledger too, with a word to all who listen', async () => {
    const old = await Device.enrolled(world);
    const { directive, consent, key } = await old.put(1);
    equal((await world.send('post', '/consent/directives', { directive, consent, key })).status, 201);
    await world.events();
    const fresh = await Device.enrolled(world);
    equal((await world.onLedger(old.handle)).status, 'closed');
    equal((await world.onLedger(fresh.handle)).status, 'open');
    const operations = (await world.events()).map(({ key: of, value }) => [
      of,
      (JSON.parse(value) as { data: { operation: string } }).data.operation,
    ]);
    deepEqual(operations, [
      [fresh.handle, 'enrol'],
      [old.handle, 'close'],
    ]);
    equal((await old.say(await old.sign({ operation: 'unfreeze', sequence: 2 }))).status, 422);
    equal((await old.read('/Consent', await old.readToken('/Consent'))).status, 401);
    equal((await fresh.say(await fresh.sign({ operation: 'freeze' }))).status, 201);
  });

  it('closes the old handle on the ledger although the process died before it could', async () => {
    const old = await Device.enrolled(world);
    const patient = await device();
    const body = await patient.enrolment(await offer(world));
    const { patients } = world;
    world.patients = {
      ...patients,
      redeem: async (...args) => {
        await patients.redeem(...args);
        throw new Error('killed here');
      },
    };
    equal((await world.send('post', '/consent/enrolments', body)).status, 500);
    world.patients = patients;
    equal((await world.onLedger(old.handle)).status, 'open');
    equal((await world.send('post', '/consent/enrolments', body)).status, 201);
    equal((await world.onLedger(old.handle)).status, 'closed');
    await settlePending(world.dependencies);
  });
});

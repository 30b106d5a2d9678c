/** DESIGN §6 Consent 3, consent-semantics A1-A4: what a patient signed is taken as it was signed, or refused with a reason. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import { generatePatientKey } from '@chartseal/consent';
import type { HeldDirective } from '@chartseal/ports';
import { settlePending } from './directives/settle.ts';
import { Device } from './testing/device.ts';
import { openWorld, type Answer, type World } from './testing/world.ts';

describe('A directive', () => {
  let world: World;
  let device: Device;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());
  beforeEach(async () => {
    world.ledgerMood = 'answers';
    device = await Device.enrolled(world);
    await world.events();
  });

  const send = (body: object | string): Promise<Answer> => world.send('post', '/consent/directives', body);
  const put = async (sequence: number, consentId?: string): Promise<Answer> =>
    send((await device.put(sequence, consentId)).text);
  const held = (): Promise<readonly HeldDirective[]> => world.stores.patients.directives(device.handle);
  const operations = async (): Promise<readonly string[]> =>
    (await world.events()).map(({ value }) => (JSON.parse(value) as { data: { operation: string } }).data.operation);

  it('A2: is committed before it is answered, and answered the same again', async () => {
    const consentId = randomUUID();
    const { text } = await device.put(1, consentId);
    const answer = await send(text);
    const { transactionId, blockNumber } = answer.body as Record<string, unknown>;
    deepEqual([answer.status, answer.body], [201, { consentId, sequence: 1, transactionId, blockNumber }]);
    equal((await world.onLedger(device.handle)).directives[consentId]?.transactionId, transactionId);
    const again = await send(text);
    deepEqual([again.status, again.body], [201, answer.body]);
    deepEqual(await operations(), ['put']);
  });

  it('of a sequence that is not the next one is refused with the last, and nothing of it is kept', async () => {
    const early = await device.put(3);
    for (let time = 0; time < 2; time += 1) {
      const answer = await send(early.text);
      equal(answer.status, 409);
      deepEqual(answer.body.issue[0]?.extension, [{ url: 'urn:chartseal:lastSequence', valueInteger: 0 }]);
    }
    deepEqual(await held(), []);
    equal((await put(1)).status, 201);
    equal((await put(1)).status, 409);
    equal((await put(2)).status, 201);
    equal((await send(early.text)).status, 201);
    deepEqual(new Set((await held()).map(({ ledger }) => ledger.state)), new Set(['committed']));
  });

  it('of two at one sequence the first that is committed stands', async () => {
    const both = await Promise.all([put(1), put(1)]);
    deepEqual(
      both.map(({ status }) => status).toSorted((a, b) => a - b),
      [201, 409],
    );
    const refused = both.find(({ status }) => status === 409);
    deepEqual(refused?.body.issue[0]?.extension, [{ url: 'urn:chartseal:lastSequence', valueInteger: 1 }]);
  });

  it('A1: with terms that are not understood, or not those that were signed, never reaches the ledger', async () => {
    const good = await device.put(1);
    const height = await world.ledger.height();
    const consent = good.consent as Record<string, unknown>;
    const rows: readonly (readonly [number, object | string, RegExp])[] = [
      [422, { directive: good.directive }, /consent/],
      [422, { ...good, text: undefined, key: 'A'.repeat(43) }, /commitment/],
      [422, { ...good, text: undefined, key: 'short' }, /key/],
      [422, { ...good, text: undefined, consent: { ...consent, dateTime: '2026-01-02T00:00:00Z' } }, /commitment/],
      [
        422,
        { ...good, text: undefined, consent: { ...consent, modifierExtension: [{ url: 'urn:x' }] } },
        /modifierExtension/,
      ],
      [422, { ...good, text: undefined, consent: null }, /./],
      [400, good.text.replace('"status":', '"status":"active","status":'), /consent\.status/],
      [400, { ...good, text: undefined, more: 1 }, /members/],
      [400, '[]', /object/],
      [400, { consent }, /./],
      [422, { directive: await device.sign({ operation: 'freeze' }), consent, key: good.key }, /put/],
    ];
    for (const [status, body, place] of rows) {
      const answer = await send(body);
      equal(answer.status, status, answer.text);
      match(JSON.stringify(answer.body.issue), place);
    }
    deepEqual([await held(), await world.ledger.height()], [[], height]);
    equal((await send(good.text)).status, 201);
  });

  it('is over the terms with their numbers as they were spelled', async () => {
    const spelled = (number: string) => (text: string) =>
      text.replace('{', `{"extension":[{"url":"urn:x","valueDecimal":${number}}],`);
    const { text } = await device.put(1, randomUUID(), spelled('1.0'));
    equal((await send(text.replace('1.0}', '1.00}'))).status, 422);
    const answer = await send(text);
    // Whether an extension is understood is A1's to say; its bytes are not what it is refused for.
    ok(answer.status === 201 || !answer.text.includes('commitment'), answer.text);
    if (answer.status === 201) ok((await held())[0]?.consentText?.includes('"valueDecimal":1.0}'));
  });

  it('signed by another key, or for nobody: 401 and 422', async () => {
    const stranger = new Device(world, await generatePatientKey());
    stranger.handle = device.handle;
    equal((await stranger.say(await stranger.sign({ operation: 'freeze' }))).status, 401);
    stranger.handle = 'A'.repeat(22);
    equal((await stranger.say(await stranger.sign({ operation: 'freeze' }))).status, 422);
    equal((await device.say('x.y.z')).status, 401);
    deepEqual(await held(), []);
  });

  it('A4: that rotates the key is answered the same again, and the old key signs no more', async () => {
    const next = await generatePatientKey();
    const rotation = await device.rotation(1, next);
    const answer = await device.say(rotation);
    equal(answer.status, 201, answer.text);
    deepEqual((await device.say(rotation)).body, answer.body);
    equal((await device.say(await device.sign({ operation: 'freeze' }))).status, 401);
    device.key = next;
    equal((await put(2)).status, 201);
    deepEqual(await operations(), ['rotate-key', 'put']);
  });

  it('A4: that rotates the key is answered the same when the ledger had committed and the answer was lost', async () => {
    const rotation = await device.rotation(1, await generatePatientKey());
    world.ledgerMood = 'commits-silently';
    equal((await device.say(rotation)).status, 503);
    world.ledgerMood = 'answers';
    const answer = await device.say(rotation);
    equal(answer.status, 201, answer.text);
    const [word] = await held();
    deepEqual(word?.ledger, {
      state: 'committed',
      transactionId: answer.body['transactionId'],
      blockNumber: answer.body['blockNumber'],
    });
    await settlePending(world.dependencies);
    deepEqual((await device.say(rotation)).body, answer.body);
    deepEqual(await operations(), ['rotate-key']);
  });

  it('A3: that says no is held and answered while the ledger is away, and committed when it is back', async () => {
    const consentId = randomUUID();
    await put(1, consentId);
    await world.events();
    world.ledgerMood = 'unreachable';
    const revocation = await device.sign({ operation: 'revoke', consentId });
    const answer = await device.say(revocation);
    deepEqual(
      [answer.status, answer.body],
      [202, { consentId, sequence: null, transactionId: null, blockNumber: null }],
    );
    equal((await device.say(await device.sign({ operation: 'freeze' }))).status, 202);
    const desk = await world.send('post', '/fhir/Patient/p/$freeze');
    deepEqual([desk.status, desk.body.parameter[0]?.valueString], [202, 'frozen']);
    deepEqual((await held()).map(({ operation, ledger }) => [operation, ledger.state]).slice(1), [
      ['revoke', 'pending'],
      ['freeze', 'pending'],
      ['custodian-freeze', 'pending'],
    ]);
    // A grant waits for nobody: it was not taken.
    equal((await put(2)).status, 503);
    equal((await held()).length, 4);
    world.ledgerMood = 'answers';
    await settlePending(world.dependencies);
    const state = await world.onLedger(device.handle);
    deepEqual([state.directives[consentId]?.state, state.frozenBy], ['revoked', ['custodian', 'patient']]);
    deepEqual(await operations(), ['revoke', 'freeze', 'custodian-freeze']);
    equal((await device.say(revocation)).status, 201);
    equal((await world.send('post', '/fhir/Patient/p/$unfreeze')).status, 200);
    equal((await device.say(await device.sign({ operation: 'unfreeze', sequence: 2 }))).status, 201);
    deepEqual((await world.onLedger(device.handle)).frozenBy, []);
  });

  it('A3: that says no is answered within five seconds by a ledger that never answers', async () => {
    world.ledgerMood = 'hangs';
    const from = Date.now();
    const answer = await device.say(await device.sign({ operation: 'freeze' }));
    equal(answer.status, 202);
    ok(Date.now() - from < 6000);
    equal((await held()).length, 1);
  });

  it('A3: a revocation that overtook its grant ends it all the same', async () => {
    const consentId = randomUUID();
    const revocation = await device.sign({ operation: 'revoke', consentId });
    equal((await device.say(revocation)).status, 422);
    equal((await put(1, consentId)).status, 409);
    equal((await put(1)).status, 201);
  });

  it('that cannot be settled holds up no other', async () => {
    world.ledgerMood = 'unreachable';
    for (let time = 0; time < 2; time += 1) await device.say(await device.sign({ operation: 'freeze' }));
    world.ledgerMood = 'answers';
    const [first] = await held();
    const { patients } = world;
    world.patients = {
      ...patients,
      settle: async (handle, digest, ...rest) => {
        if (digest === first?.digest) throw new Error('broken');
        return patients.settle(handle, digest, ...rest);
      },
    };
    await settlePending(world.dependencies).catch(() => undefined);
    world.patients = patients;
    deepEqual(
      (await held()).map(({ ledger }) => ledger.state),
      ['pending', 'committed'],
    );
  });

  it('tells of itself under the handle alone', async () => {
    await put(1);
    const events = await world.events();
    equal(events.length, 1);
    for (const { topic, key, value } of events) {
      deepEqual([topic, key], ['chartseal.consent.changed.v1', device.handle]);
      ok(!/hospital-b|TREAT|Patient\/|"p"/.test(value), value);
    }
    ok(!world.log.some((line) => line.includes(device.handle)));
  });
});

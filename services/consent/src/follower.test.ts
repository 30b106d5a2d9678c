/** What patients say through another gateway counts here, and everything that the ledger took is told once. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  generatePatientKey,
  payloadDigest,
  signDirective,
  verifyPatientState,
  type VerifiedPatient,
} from '@chartseal/consent';
import type { Committed, LedgerCursor, OutgoingEvent } from '@chartseal/ports';
import { createMetrics, type Metrics } from '@chartseal/server';
import type { ConsentDependencies } from './dependencies.ts';
import { followLedger } from './follower/follow-ledger.ts';
import { startFollower } from './follower/start-follower.ts';
import { Device, type Put } from './testing/device.ts';
import { follow, openWorld, type Answer, type World } from './testing/world.ts';

describe('The follower of the ledger', () => {
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

  /** As a gateway of another member does. */
  const elsewhere = (jws: string): Promise<Committed> =>
    world.ledger.submit({ contract: 'consent', transaction: 'SubmitDirective', args: [jws] });
  const here = ({ directive, consent, key }: Put): Promise<Answer> =>
    world.send('post', '/consent/directives', { directive, consent, key });
  const followed = (dependencies: ConsentDependencies = world.dependencies): Promise<void> =>
    follow(dependencies, world.ledger);
  const dataOf = ({ value }: OutgoingEvent): Record<string, unknown> =>
    (JSON.parse(value) as { data: Record<string, unknown> }).data;
  const told = async (): Promise<readonly unknown[]> =>
    (await world.events()).map((event) => dataOf(event)['operation']);
  const held = () => world.stores.patients.directives(device.handle);

  /** What every decision about the patient rests on. */
  const say = async (): Promise<VerifiedPatient> => {
    const words = await held();
    const enrolmentJws = (await world.stores.patients.handle(device.handle))?.enrolmentJws ?? '';
    const { network } = world.ledger;
    const ledger = await world.onLedger(device.handle);
    return verifyPatientState({ network, handle: device.handle, enrolmentJws, held: words, ledger });
  };

  it('takes a grant that came elsewhere without its terms: all is denied until they are brought here', async () => {
    const consentId = randomUUID();
    const put = await device.put(1, consentId);
    const { transactionId, blockNumber } = await elsewhere(put.directive);
    deepEqual(await say(), { outcome: 'fault', fault: 'missing-directive' });
    await followed();
    deepEqual(await say(), { outcome: 'fault', fault: 'missing-terms' });
    const warned = await device.read('/Consent', await device.readToken('/Consent'));
    deepEqual(warned.body['total'], 0);
    equal(warned.body.entry?.[0]?.resource['resourceType'], 'OperationOutcome');
    const wrong = await here({ ...put, key: 'A'.repeat(43) });
    equal(wrong.status, 422);
    for (let time = 0; time < 2; time += 1) {
      const answer = await here(put);
      deepEqual([answer.status, answer.body], [201, { consentId, sequence: 1, transactionId, blockNumber }]);
    }
    const patient = await say();
    ok(patient.outcome === 'verified' && patient.state === 'open');
    deepEqual(
      patient.consents.map((consent) => consent.consentId),
      [consentId],
    );
    deepEqual(await told(), ['put']);
  });

  it('takes a revocation, a freeze, a new key and an unfreeze, each as the patient signed it', async () => {
    const consentId = randomUUID();
    equal((await here(await device.put(1, consentId))).status, 201);
    await elsewhere(await device.sign({ operation: 'revoke', consentId }));
    await elsewhere(await device.sign({ operation: 'freeze' }));
    await followed();
    deepEqual(await say(), { outcome: 'verified', state: 'frozen', by: 'own key', consents: [] });
    const old = device.key;
    const next = await generatePatientKey();
    await elsewhere(await device.rotation(2, next));
    device.key = next;
    await elsewhere(await device.sign({ operation: 'unfreeze', sequence: 3 }));
    await followed();
    deepEqual(await say(), { outcome: 'verified', state: 'open', by: 'own key', consents: [] });
    equal((await here(await device.put(4))).status, 201);
    device.key = old;
    equal((await device.say(await device.sign({ operation: 'freeze' }))).status, 401);
    deepEqual(await told(), ['put', 'revoke', 'freeze', 'rotate-key', 'unfreeze', 'put']);
    ok((await held()).every(({ ledger }) => ledger.state === 'committed'));
  });

  it('keeps the order of the ledger for what it learns late: an unfreeze held here lifts a freeze from elsewhere', async () => {
    const sent = Date.now();
    await elsewhere(await device.sign({ operation: 'freeze' }));
    const jws = await signDirective(
      { network: world.ledger.network, patient: device.handle, issuedAt: sent + 1, operation: 'unfreeze', sequence: 1 },
      device.key,
    );
    equal((await device.say(jws)).status, 201);
    await sleep(5);
    await followed();
    deepEqual(await say(), { outcome: 'verified', state: 'open', by: 'own key', consents: [] });
  });

  it('knows as committed what was refused here first and taken by the ledger later, from another', async () => {
    const consentId = randomUUID();
    const early = await device.put(2, consentId);
    await world.stores.patients.hold({
      handle: device.handle,
      digest: payloadDigest(early.directive),
      operation: 'put',
      jws: early.directive,
      consentId,
      sequence: 2,
      receivedAt: 1,
      ledger: { state: 'refused' },
    });
    await elsewhere((await device.put(1)).directive);
    await elsewhere(early.directive);
    await followed();
    deepEqual(
      (await held()).map(({ sequence, ledger }) => [sequence, ledger.state]),
      [
        [2, 'committed'],
        [1, 'committed'],
      ],
    );
  });

  it('settles an own directive whose answer was lost', async () => {
    world.ledgerMood = 'commits-silently';
    equal((await device.say(await device.sign({ operation: 'freeze' }))).status, 202);
    world.ledgerMood = 'answers';
    await followed();
    deepEqual(
      (await held()).map(({ ledger }) => ledger.state),
      ['committed'],
    );
    deepEqual(await told(), ['freeze']);
  });

  it('tells of each transaction once, whoever sent it and however many follow, fail and begin again', async () => {
    const puts = [1, 2, 3, 4].map((sequence) => device.put(sequence));
    for (const [index, put] of puts.entries()) {
      if (index % 2 === 0) await here(await put);
      else await elsewhere((await put).directive);
    }
    equal((await world.send('post', '/fhir/Patient/p/$freeze')).status, 200);
    let failures = 0;
    const ledgerCursor: LedgerCursor = {
      ...world.stores.ledgerCursor,
      advance: async (step) => {
        failures += 1;
        if (failures % 3 === 1) throw new Error('killed before');
        await world.stores.ledgerCursor.advance(step);
        if (failures % 3 === 2) throw new Error('killed after');
      },
    };
    const attempts = Array.from({ length: 3 }, async () => {
      for (let attempt = 0; attempt < 12; attempt += 1)
        await followed({ ...world.dependencies, ledgerCursor }).catch(() => undefined);
    });
    await Promise.all(attempts);
    const events = await world.events();
    deepEqual(
      events.map((event) => [dataOf(event)['operation'], dataOf(event)['sequence']]),
      [
        ['put', 1],
        ['put', 2],
        ['put', 3],
        ['put', 4],
        ['custodian-freeze', undefined],
      ],
    );
    equal(new Set(events.map((event) => dataOf(event)['transactionId'])).size, 5);
  });

  it('leaves out what the patient did not sign, and goes on', async () => {
    const good = await device.put(1);
    const { transactionId } = await elsewhere(good.directive);
    const thief = new Device(world, await generatePatientKey());
    thief.handle = device.handle;
    const forged = await thief.sign({ operation: 'revoke', consentId: randomUUID() });
    const lying: ConsentDependencies = {
      ...world.dependencies,
      ledger: {
        ...world.dependencies.ledger,
        evaluate: async (call) => {
          const answer = await world.ledger.evaluate(call);
          if (call.transaction !== 'Directives') return answer;
          return JSON.stringify([
            { jws: forged, transactionId: 'x' },
            { jws: 'a.b.c', transactionId: 'y' },
            ...(JSON.parse(answer) as object[]),
          ]);
        },
      },
    };
    await followed(lying);
    deepEqual(
      (await held()).map(({ jws, ledger }) => [jws, ledger.state === 'committed' && ledger.transactionId]),
      [[good.directive, transactionId]],
    );
    deepEqual(await told(), ['put']);
  });

  it('waits for a ledger that does not show yet what it told of', async () => {
    const { directive } = await device.put(1);
    await elsewhere(directive);
    const behind: ConsentDependencies = {
      ...world.dependencies,
      ledger: {
        ...world.dependencies.ledger,
        evaluate: async (call) => (call.transaction === 'Directives' ? '[]' : world.ledger.evaluate(call)),
      },
    };
    let reason: unknown;
    await followed(behind).catch((error: unknown) => (reason = error));
    ok(reason instanceof Error && reason.message.includes('does not show yet'));
    deepEqual(await held(), []);
    await followed();
    equal((await held()).length, 1);
  });

  it('ends when it is told to, even if the ledger hangs', async () => {
    const ledger = {
      ...world.dependencies.ledger,
      events: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) }),
    };
    const ending = new AbortController();
    const following = followLedger({ ...world.dependencies, ledger }, ending.signal);
    await sleep(20);
    ending.abort();
    await following;
  });

  it('runs in one process of several; another takes over within ten seconds of its death', async () => {
    const metrics: Metrics = createMetrics({ service: 'consent', version: '0', clock: world.dependencies.clock });
    const { leases } = world.stores;
    // One that led, and died just now.
    equal(await leases.hold('consent', 'dead', 5000), 'held');
    const from = Date.now();
    await using stack = new AsyncDisposableStack();
    for (const holder of ['one', 'two']) stack.use(startFollower({ ...world.dependencies, leases, holder, metrics }));
    await elsewhere((await device.put(1)).directive);
    while ((await held()).length === 0 && Date.now() - from < 10_000) await sleep(50);
    equal((await held()).length, 1);
    ok(Date.now() - from < 10_000);
  });
});

/** Consent-semantics B13 on the read path: what is put on the ledger, when, and what is answered. */
import { deepEqual, equal, match, notEqual, ok } from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, it } from 'node:test';
import request from 'supertest';
import type { BreakGlassAccess } from '@chartseal/contracts';
import { ChartsealError, type HeldBreakGlass } from '@chartseal/ports';
import type { QueryDependencies } from '../dependencies.ts';
import { memoryBreakGlass } from '../testing/memory-break-glass.ts';
import { permitting } from '../testing/test-patient.ts';
import { get, observation, twoPatients, type Case } from '../testing/two-patients.ts';
import type { WorldOptions } from '../testing/world.ts';

type Emergency = Case & {
  readonly held: readonly HeldBreakGlass[];
  readonly submitted: readonly BreakGlassAccess[];
  /** Instead of the ledger's commit. */
  fail: ChartsealError | undefined;
};

const hourMs = 3_600_000;
const btg = { purpose: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'BTG' }] };

/** Patients `yes` and `no` with a record each; the ledger takes in what it is given. */
const emergencyWorld = async (options: WorldOptions = {}): Promise<Emergency> => {
  const submitted: BreakGlassAccess[] = [];
  const breakGlass = memoryBreakGlass();
  const state: { fail: ChartsealError | undefined } = { fail: undefined };
  const submit: QueryDependencies['ledger']['submit'] = async ({ args: [access = ''] }) => {
    submitted.push(JSON.parse(access) as BreakGlassAccess);
    if (state.fail !== undefined) throw state.fail;
    return { transactionId: 't', blockNumber: 8, result: '' };
  };
  const world = await twoPatients({ breakGlass, ledger: { submit }, ...options });
  await world.put(observation('o1', 'yes'));
  await world.put(observation('o2', 'no'));
  return Object.assign(state, world, { held: breakGlass.held, submitted });
};

const ask = (world: Emergency, path: string) => get(world, path, 'emergency');
const lenient = ({ app }: Emergency, path: string) =>
  request(app).get(`/fhir/${path}`).set({ 'x-test-client': 'emergency', prefer: 'handling=lenient' });

describe('B13 an emergency', () => {
  it('is on the ledger before it is answered: who, whom, until when, and a commitment to why', async () => {
    const world = await emergencyWorld();
    equal((await get(world, 'Observation/o2')).status, 404);
    equal(world.submitted.length, 0);
    equal((await ask(world, 'Observation/o2')).status, 200);
    const [access, ...more] = world.submitted;
    const [held] = world.held;
    ok(access !== undefined && held !== undefined && more.length === 0);
    equal(access.patient, world.silent.handle.handle);
    equal(access.organization, 'hospital-b');
    equal(access.expiresAt - access.openedAt, 4 * hourMs);
    equal(held.reason, 'unconscious after a fall');
    const commitment = createHmac('sha256', held.commitmentKey).update(held.reason).digest('base64url');
    equal(access.reasonCommitment, commitment);
    deepEqual(Object.keys(access).toSorted(), [
      'accessId',
      'expiresAt',
      'openedAt',
      'organization',
      'patient',
      'reasonCommitment',
    ]);
  });

  it('is opened once for a time, and anew after it', async () => {
    const world = await emergencyWorld();
    for (const path of ['Observation/o2', 'Patient/no/$everything', 'Observation?patient=no'])
      equal((await ask(world, path)).status, 200);
    equal(world.submitted.length, 1);
    world.later(4 * hourMs);
    equal((await ask(world, 'Observation/o2')).status, 200);
    equal(world.submitted.length, 2);
    equal(new Set(world.submitted.map(({ accessId }) => accessId)).size, 2);
    equal((await ask(world, 'Observation/o1')).status, 200);
    equal(world.submitted.length, 3);
  });

  it('releases nothing while the ledger takes nothing, and comes again as the same', async () => {
    const world = await emergencyWorld();
    for (const [fail, status] of [
      [new ChartsealError('ledger-unavailable', 'away'), 503],
      [new ChartsealError('outcome-unknown', 'not seen'), 503],
      [new ChartsealError('ledger-refused', 'no', { code: 'forbidden' }), 401],
    ] as const) {
      world.fail = fail;
      for (const path of ['Observation/o2', 'Observation?patient=no', 'Patient/no/$everything']) {
        const answer = await ask(world, path);
        equal(answer.status, status, path);
        equal(JSON.parse(answer.text).resourceType, 'OperationOutcome');
      }
    }
    deepEqual((await world.audits()).length, 0);
    world.fail = undefined;
    equal((await ask(world, 'Observation/o2')).status, 200);
    equal(new Set(world.submitted.map(({ accessId }) => accessId)).size, 1);
  });

  it('opens nothing where nothing would be shown: not there, forbidden, nothing found', async () => {
    const world = await emergencyWorld();
    await world.silent.grant(permitting('hospital-b', { type: 'deny', ...btg }));
    const missing = await ask(world, 'Observation/never');
    for (const path of ['Observation/o2', 'Patient/no', 'Patient/no/$everything', 'Observation/o2/$meta'])
      equal((await ask(world, path)).status, 404, path);
    const text = (response: Awaited<ReturnType<typeof ask>>): string =>
      response.text.replaceAll(String(response.headers['x-request-id']), '');
    equal(text(await ask(world, 'Observation/o2')), text(missing));
    for (const path of ['Observation?patient=no', 'Observation?patient=never', 'Observation?patient=yes&code=y'])
      equal(JSON.parse((await ask(world, path)).text).entry, undefined, path);
    deepEqual(world.submitted, []);
    deepEqual(world.held, []);
  });

  it('shows nothing of another Patient whose name is beside what was asked for', async () => {
    const world = await emergencyWorld();
    const focus = [{ reference: 'Patient/yes', display: 'Rosalind' }];
    await world.put(observation('about', 'no', { focus }));
    const { status, text } = await ask(world, 'Observation/about');
    equal(status, 200);
    ok(!text.includes('Rosalind'));
    deepEqual(
      world.submitted.map(({ patient }) => patient),
      [world.silent.handle.handle],
    );
  });

  it('has its event: decided for break-glass, under the purpose BTG', async () => {
    const world = await emergencyWorld();
    await ask(world, 'Observation/o2');
    const [audit] = await world.audits();
    const text = JSON.stringify(audit);
    match(text, /"purposeOfEvent":\[[^\]]*"BTG"/);
    ok(text.includes(world.submitted[0]?.accessId ?? 'none') && text.includes('unconscious after a fall'));
    const event = world.memory.events.find(({ topic }) => topic === 'chartseal.access.decided.v1');
    match(event?.value ?? '', /"reason":"break-glass"/);
    ok(!(event?.value ?? '').includes('unconscious'));
    ok(!world.log.join('').includes('unconscious'));
  });
});

describe('B13 whom an emergency is about', () => {
  const strict = [
    'Patient?_id=',
    'Patient?_id=yes,no',
    'Patient?identifier=',
    'Patient?identifier=urn:mrn|',
    'Patient?identifier=|',
    'Patient?_id:not=yes',
    'Observation?patient=',
    'Observation?patient=yes,no',
    'Observation?subject:missing=false',
    'Observation?patient.identifier=urn:mrn|',
    'Observation?patient.name=a',
    'Observation?code=x',
    'Observation',
    'Schedule?patient=yes',
    'Practitioner?identifier=urn:npi|1',
    '_history',
    'Patient/_history',
    '?_type=Patient',
    'Practitioner/p/Observation',
    'Observation/$lastn?code=x',
  ];

  it('is told by the request alone: 403 for a population, whatever there is of it', async () => {
    const world = await emergencyWorld();
    for (const path of strict) {
      equal((await ask(world, path)).status, 403, path);
      equal((await lenient(world, path)).status, 403, `${path}, lenient`);
    }
    deepEqual(world.submitted, []);
  });

  it('may be named by id, identifier or reference', async () => {
    const world = await emergencyWorld();
    await world.put({ resourceType: 'Patient', id: 'no', identifier: [{ system: 'urn:mrn', value: '7' }] });
    for (const path of [
      'Patient?_id=no',
      'Patient?identifier=urn:mrn|7',
      `Patient?identifier=urn:chartseal:patient|${world.silent.handle.handle}`,
      'Observation?patient=no',
      'Observation?subject:Patient=no',
      'Observation?subject=Patient/no&code:missing=false',
      'Observation?patient.identifier=urn:mrn|7',
      'Patient/no/Observation',
    ]) {
      const answer = await ask(world, path);
      equal(answer.status, 200, path);
      equal(JSON.parse(answer.text).entry?.length, 1, path);
    }
    equal(world.submitted.length, 1);
  });

  it('is at most three people, as a mother and her twins are', async () => {
    const world = await emergencyWorld();
    const add = (id: string) =>
      world.put({ resourceType: 'Patient', id, identifier: [{ system: 'urn:mrn', value: '7' }] });
    for (const id of ['no', 'yes', 'p3', 'p4']) await add(id);
    equal((await ask(world, 'Patient?identifier=urn:mrn|7')).status, 403);
    equal(world.submitted.length, 0);
    await world.remove({ resourceType: 'Patient', id: 'p4' });
    equal((await ask(world, 'Patient?identifier=urn:mrn|7')).status, 200);
    equal(new Set(world.submitted.map(({ patient }) => patient)).size, 3);
  });

  it('is bound into its page links: one of another purpose does not go on as an emergency, nor the other way', async () => {
    const world = await emergencyWorld();
    for (let at = 0; at < 4; at += 1) {
      await world.put(observation(`y${at}`, 'yes'));
      await world.put(observation(`n${at}`, 'no'));
    }
    const next = async (client: string, path: string): Promise<string> => {
      const { text } = await get(world, path, client);
      const links = JSON.parse(text).link as readonly { relation: string; url: string }[];
      const url = links.find(({ relation }) => relation === 'next')?.url ?? '';
      notEqual(url, '');
      return url.slice(url.indexOf('/fhir/') + '/fhir/'.length);
    };
    equal((await ask(world, await next('other', 'Observation?_count=1'))).status, 400);
    const page = await next('emergency', 'Observation?patient=no&_count=1');
    equal((await ask(world, page)).status, 200);
    equal((await get(world, page)).status, 400);
  });
});

/** A hospital's services as processes of their own, several of each: the story, and what holds between them. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { anchoredProof } from '../testing/proof.ts';
import { createObservation, createPatient, enrolDevice } from '../testing/patient.ts';
import { othersSpeak } from '../testing/other-speakers.ts';
import { story } from '../testing/story.ts';
import { plantPhi } from '../observability/plant-phi.ts';
import { assertAbsent } from '../observability/planted-phi.ts';
import { skipWithout } from './available.ts';
import { Fleet } from './fleet.ts';
import { wrongStart } from './wrong-start.ts';
import { ReadLoad } from './read-load.ts';
import { WriteLoad, type Observed } from '../faults/write-load.ts';

const revocations = Number(process.env['CHARTSEAL_REVOCATIONS'] ?? 200);

const unknownOf = ({ units }: Observed): number => units.filter(({ outcome }) => outcome === 'unknown').length;

describe('a hospital of several processes', { skip: skipWithout('postgres', 'kafka', 'fabric', 'proxy') }, () => {
  let fleet: Fleet;
  before(async () => {
    fleet = await Fleet.start({ ingest: 2, query: 2, consent: 2, anchor: 2 });
  });
  after(() => fleet[Symbol.asyncDispose]());

  it('tells the story', () => story(fleet));

  it('hears who else speaks for a patient', () => othersSpeak(fleet));

  it('is sound afterwards', async () => {
    const { status, output } = await fleet.fsck();
    equal(status, 0, output);
  });

  it('enforces a revocation in every query process, at once where it was taken and within 2 s everywhere', async (t) => {
    const until = new AbortController();
    const writing = new WriteLoad(fleet).runUntil(until.signal, 2, 20);
    const patient = await createPatient(fleet);
    const device = await enrolDevice(fleet, patient);
    const { reference } = await createObservation(fleet, patient);
    const queries = fleet.services.filter(({ name }) => name.startsWith('query'));
    const read = async (address: string): Promise<number> => {
      const answer = await fleet.send('GET', `http://${address}/fhir/${reference}`, { as: 'hospital-b' });
      return answer.status;
    };
    const delays: number[] = [];
    for (let round = 0; round < revocations; round += 1) {
      const { consentId } = await device.grant({ to: 'hospital-b', purposes: ['TREAT'] });
      for (const { address } of queries) equal(await read(address), 200);
      await device.revoke(consentId);
      const revokedAt = performance.now();
      for (const { address } of queries) {
        // When the last read began that was still served; 0 if none was.
        let lastServedMs = 0;
        for (let began = revokedAt, status = 0; status !== 404;) {
          began = performance.now();
          status = await read(address);
          if (status === 200) lastServedMs = began - revokedAt;
          ok(began - revokedAt < 30_000, `a revocation is not enforced: ${status}`);
        }
        delays.push(lastServedMs);
      }
    }
    until.abort();
    await writing;
    delays.sort((a, b) => a - b);
    const p99 = delays[Math.floor(delays.length * 0.99)] ?? 0;
    t.diagnostic(
      `${revocations} revocations: p50 ${delays[delays.length >> 1]?.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`,
    );
    ok(p99 <= 2000, `p99 is ${p99} ms`);
  });

  it('has one anchor lead; another takes over within 10 s from one that was killed, and from one that hangs', async (t) => {
    for (const harm of ['kill', 'pause'] as const) {
      const leader = fleet.leader();
      const harmed = performance.now();
      if (harm === 'kill') leader.kill();
      else leader.pause();
      const { reference } = await createObservation(fleet, await createPatient(fleet));
      await anchoredProof(fleet, reference);
      const tookMs = performance.now() - harmed;
      t.diagnostic(`${harm}: anchored again after ${tookMs.toFixed(0)} ms`);
      ok(tookMs < 10_000, `${harm}: anchored only after ${tookMs} ms`);
      leader.resume();
      await sleep(2000);
    }
    const { status, output } = await fleet.fsck();
    equal(status, 0, output);
  });

  it('is restarted process by process under load without a request that fails', async (t) => {
    const reads = await ReadLoad.prepare(fleet);
    const until = new AbortController();
    const writing = new WriteLoad(fleet).runUntil(until.signal, 3, 10);
    const reading = reads.run(until.signal, 10);
    await sleep(500);
    for (const service of fleet.services) {
      await service.stop();
      await service.start();
      // Until the proxy, which was not told, has forgotten that it was away.
      await sleep(3000);
    }
    until.abort();
    const [written, { served, stale, unanswered, wrong }] = await Promise.all([writing, reading]);
    t.diagnostic(`${written.acknowledged.length} versions and ${served} reads meanwhile`);
    deepEqual(wrong, []);
    deepEqual([stale, unanswered, unknownOf(written)], [0, 0, 0]);
  });

  it('goes over to the next chaincode under load without a request that fails', async (t) => {
    const reads = await ReadLoad.prepare(fleet);
    const until = new AbortController();
    const writing = new WriteLoad(fleet).runUntil(until.signal, 2, 20);
    const reading = reads.run(until.signal, 20);
    await sleep(500);
    await fleet.engines.fabric.script('upgrade-chaincode');
    await sleep(1000);
    until.abort();
    const [written, { served, stale, unanswered, wrong }] = await Promise.all([writing, reading]);
    t.diagnostic(`${written.acknowledged.length} versions and ${served} reads meanwhile`);
    deepEqual(wrong, []);
    deepEqual([stale, unanswered, unknownOf(written)], [0, 0, 0]);
  });

  it('answers others 503 while the peer is cut off from the orderer, takes a revocation meanwhile, and catches up', async () => {
    const patient = await createPatient(fleet);
    const device = await enrolDevice(fleet, patient);
    const { reference } = await createObservation(fleet, patient);
    const { consentId } = await device.grant({ to: 'hospital-b', purposes: ['TREAT'] });
    const readsAs = async (as: 'hospital-a' | 'hospital-b'): Promise<number> =>
      (await fleet.send('GET', reference, { as })).status;
    equal(await readsAs('hospital-b'), 200);
    await fleet.token('hospital-b', 'TREAT');

    await fleet.engines.fabric.script('process', 'pause', 'relay-a');
    try {
      // What was confirmed before the cut may serve for as long as the staleness allows.
      await sleep(2000);
      const askedAt = performance.now();
      const cut = await fleet.send('GET', reference, { as: 'hospital-b' });
      const tookMs = performance.now() - askedAt;
      deepEqual([cut.status, cut.headers.get('retry-after') !== null], [503, true]);
      ok(tookMs <= 3000, `the 503 took ${tookMs} ms`);
      equal(await readsAs('hospital-a'), 200);
      await createObservation(fleet, patient);
      const { blockNumber } = await device.revoke(consentId);
      equal(blockNumber, null);
    } finally {
      await fleet.engines.fabric.script('process', 'resume', 'relay-a');
    }
    const deadline = performance.now() + 30_000;
    for (;;) {
      const status = await readsAs('hospital-b');
      if (status === 404) break;
      equal(status, 503);
      ok(performance.now() < deadline, 'it does not catch up');
      await sleep(100);
    }
  });

  for (const [service, variable, value] of [
    ['query', 'POSTGRES_URL', 'postgresql://chartseal@localhost:1/chartseal'],
    ['query', 'POSTGRES_CA_FILE', ''],
    ['query', 'POSTGRES_PASSWORD_FILE', '/nowhere/password'],
    ['anchor', 'KAFKA_CERT_FILE', '/nowhere/cert.pem'],
    ['anchor', 'KAFKA_BROKERS', 'localhost'],
    ['query', 'FABRIC_CHANNEL', 'nowhere'],
    ['query', 'FABRIC_CHAINCODE', 'nowhere'],
    ['query', 'FABRIC_MSP_ID', 'NobodyMSP'],
    ['query', 'FABRIC_NETWORK', '0'.repeat(64)],
    ['query', 'FABRIC_PEER_ENDPOINT', 'localhost:1'],
  ] as const)
    it(`does not start with a wrong ${variable}, and says so: ${value}`, async () => {
      const { status, said } = await wrongStart(service, { ...fleet.environment, [variable]: value });
      equal(status, 1, said);
      // FABRIC_MSP_ID and the certificate contradict each other: which of them is wrong nobody can tell.
      match(said, variable === 'FABRIC_MSP_ID' ? /FABRIC_CERT_FILE must hold .* FABRIC_MSP_ID/ : new RegExp(variable));
      equal(said.trim().split('\n').length, 1, said);
    });

  it('lets no PHI out: not into logs of services, proxy and engines, nor metrics, events or the ledger', async () => {
    await plantPhi(fleet);
    await sleep(2000);
    assertAbsent(await fleet.sources());
  });
});

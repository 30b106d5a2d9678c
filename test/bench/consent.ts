/**
 * `pnpm bench:consent`: how long a decision takes on what a gateway knows already and on what it has to verify first, and how many
 * heartbeats serve those who wait for one. PostgreSQL is real; the ledger answers at once, so that only what comes on top is measured.
 */
import { randomUUID } from 'node:crypto';
import { temporaryPostgres } from '@chartseal/embedded/testing';
import type { Committed, ContractCall, StoredVersion } from '@chartseal/ports';
import { openPostgres, type PostgresStores } from '@chartseal/postgres';
import { createLog, Freshness, systemClock } from '@chartseal/server';
import { createGatekeeper, type Gatekeeper } from '../../services/query/src/decide/gatekeeper.ts';
import type { QueryDependencies } from '../../services/query/src/dependencies.ts';
import { knowing, permitting, TestPatient } from '../../services/query/src/testing/test-patient.ts';
import { createWorld, other } from '../../services/query/src/testing/world.ts';
import { summarise } from './load.ts';

const warmDecisions = 2000;
const coldDecisions = 300;
/** What Fabric takes from submitting to commit (engine-facts). */
const commitMs = 140;

type Times = {
  readonly times: readonly number[];
  /** Of this process, for each step: what a machine that others use too does not blur. */
  readonly processorMs: number;
};

const timesOf = async (count: number, step: () => Promise<unknown>): Promise<Times> => {
  const times: number[] = [];
  const before = process.cpuUsage();
  for (let done = 0; done < count; done += 1) {
    const began = performance.now();
    await step();
    times.push(performance.now() - began);
  }
  const { user, system } = process.cpuUsage(before);
  return { times, processorMs: (user + system) / 1000 / count };
};

const print = (what: string, { times, processorMs }: Times): void => {
  const { p50Ms, p99Ms, count } = summarise(times, 1);
  console.log(
    `${what.padEnd(52)} p50 ${p50Ms.toFixed(2)} ms   p99 ${p99Ms.toFixed(2)} ms   processor ${processorMs.toFixed(3)} ms   (${count})`,
  );
};

/** What the patient said, in the custodian's store. */
const hold = async ({ patients }: PostgresStores, { handle, held }: TestPatient): Promise<void> => {
  const codeHash = randomUUID();
  const { patientId } = handle;
  await patients.offer({ codeHash, handle: handle.handle, patientId, expiresAt: Date.now() + 60_000 });
  await patients.redeem(codeHash, handle.enrolmentJws, Date.now());
  for (const directive of held) await patients.hold(directive);
};

const decideOn = async (gatekeeper: Gatekeeper, version: StoredVersion): Promise<void> => {
  const [examined] = await (await gatekeeper.open(other)).examine([version]);
  if (examined?.effect !== 'permit') throw new Error('what the patient permits was denied');
};

const measureDecisions = async (stores: PostgresStores, consents: number): Promise<void> => {
  const patient = await TestPatient.enrol(`of-${consents}`);
  for (let granted = 0; granted < consents; granted += 1)
    await patient.grant(permitting(granted === 0 ? 'hospital-b' : `hospital-${granted}`));
  await hold(stores, patient);
  const known = knowing(patient);
  const world = createWorld({ ...known, records: stores.records, patients: stores.patients, clock: systemClock });
  const { patientId } = patient.handle;
  await world.put({ resourceType: 'Patient', id: patientId });
  const id = randomUUID();
  const subject = { reference: `Patient/${patientId}` };
  await world.put({ resourceType: 'Observation', id, status: 'final', code: { text: 'x' }, subject });
  const version = await stores.records.read({ resourceType: 'Observation', id });
  if (version === undefined) throw new Error('the store has lost a record');
  const deps: QueryDependencies = world.deps;
  const warm = createGatekeeper(deps);
  await timesOf(200, () => decideOn(warm, version));
  print(`${consents} consents, warm: decided`, await timesOf(warmDecisions, () => decideOn(warm, version)));
  print(
    `${consents} consents, warm: the store's part of it`,
    await timesOf(warmDecisions, () => stores.patients.say(patientId)),
  );
  const inMemory = createGatekeeper({ ...deps, records: world.memory, patients: known.patients ?? deps.patients });
  await timesOf(200, () => decideOn(inMemory, version));
  print(
    `${consents} consents, warm: without the store`,
    await timesOf(warmDecisions, () => decideOn(inMemory, version)),
  );
  const cold = (): Promise<void> => decideOn(createGatekeeper(deps), version);
  await timesOf(20, cold);
  print(`${consents} consents, cold: verified and decided`, await timesOf(coldDecisions, cold));
};

const measureHeartbeats = async (waiting: number): Promise<void> => {
  let height = 1;
  let heartbeats = 0;
  const submit = async (_call: ContractCall): Promise<Committed> => {
    heartbeats += 1;
    await new Promise((resolve) => setTimeout(resolve, commitMs));
    height += 1;
    return { transactionId: String(height), blockNumber: height - 1, result: '' };
  };
  const view = {
    get height(): number {
      return height;
    },
    reached: async () => {},
    catchUp: async () => {},
  };
  const log = createLog({ service: 'bench', level: 'silent' });
  const freshness = new Freshness({ view, ledger: { submit }, clock: systemClock, log, metrics: { count: () => {} } });
  const times = await timesOf(1, () => Promise.all(Array.from({ length: waiting }, () => freshness.ensureFresh())));
  print(`${waiting} waiting on a ledger of ${commitMs} ms: ${heartbeats} heartbeats`, times);
};

const postgres = await temporaryPostgres();
const stores = await openPostgres(postgres.connection);
try {
  for (const consents of [1, 5, 30]) await measureDecisions(stores, consents);
  for (const waiting of [1, 100, 5000]) await measureHeartbeats(waiting);
} finally {
  await stores.close();
  await postgres.close();
}

/** A hospital of so many patients, of whom some let hospital-b read, on a PostgreSQL of its own. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { temporaryPostgres } from '@chartseal/embedded/testing';
import { openPostgres, type PostgresStores } from '@chartseal/postgres';
import { knowing, TestPatient } from '../../services/query/src/testing/test-patient.ts';
import { createWorld, fhirBaseUrl, type World } from '../../services/query/src/testing/world.ts';
import { each } from '../testing/each.ts';

export type Population = AsyncDisposable & {
  /** Resolves with the milliseconds that hospital-b's search took, all of its pages, and how many it found. */
  ask(path: string): Promise<{ readonly ms: number; readonly found: number }>;
  /** A statement's rows. */
  readonly settings: Awaited<ReturnType<typeof temporaryPostgres>>['connection'];
};

const families = Array.from({ length: 200 }, (_, at) => `Family${at}`);
const practitioners = 20;
const atOnce = 64;

const code = (value: number) => ({ coding: [{ system: 'http://loinc.org', code: `code-${value}` }] });
const day = (value: number): string => new Date(Date.UTC(2024, 0, 1 + (value % 700))).toISOString().slice(0, 10);

/** Six records. */
const recordsOf = (number: number): readonly Parameters<World['put']>[0][] => {
  const id = `p${number}`;
  const subject = { reference: `Patient/${id}` };
  const encounter = { reference: `Encounter/e${number}` };
  const performer = [{ reference: `Practitioner/dr${number % practitioners}` }];
  const coded = { subject, encounter, performer, status: 'final' };
  return [
    {
      resourceType: 'Patient',
      id,
      name: [{ family: families[number % families.length] }],
      birthDate: `19${10 + (number % 90)}-01-01`,
      identifier: [{ system: 'urn:mrn', value: `mrn-${number}` }],
    },
    { resourceType: 'Encounter', id: `e${number}`, status: 'finished', class: { code: 'AMB' }, subject },
    { resourceType: 'Condition', id: `c${number}`, code: code(number % 50), subject, encounter },
    ...[0, 1, 2].map((place) => ({
      resourceType: 'Observation',
      id: `o${number}-${place}`,
      ...coded,
      code: code((number + place) % 10),
      effectiveDateTime: day(number + place),
      valueQuantity: { value: number % 100, unit: 'mg' },
    })),
  ];
};

/** As a custodian's store holds what a patient said. */
const hold = async (stores: PostgresStores, patient: TestPatient): Promise<void> => {
  const { handle, patientId, enrolmentJws } = patient.handle;
  await stores.patients.offer({ codeHash: handle, handle, patientId, expiresAt: 1 });
  await stores.patients.redeem(handle, enrolmentJws, 0);
  for (const directive of patient.held) await stores.patients.hold(directive);
};

const listen = async (world: World): Promise<Server> => {
  const server = createServer(world.app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
};

/** @param numbers of the patients; the first `permitting` of them let hospital-b read all */
export const openPopulation = async (numbers: readonly number[], permitting: number): Promise<Population> => {
  await using opening = new AsyncDisposableStack();
  const postgres = opening.adopt(await temporaryPostgres(), async (one) => one.close());
  const stores = opening.adopt(await openPostgres(postgres.connection), async (one) => one.close());
  const saying = await Promise.all(numbers.slice(0, permitting).map(async (number) => TestPatient.enrol(`p${number}`)));
  for (const patient of saying) {
    await patient.grant();
    await hold(stores, patient);
  }
  const { records, patients, permitting: candidates } = stores;
  const world = createWorld({ ...knowing(...saying), records, patients, permitting: candidates });
  await each(
    Array.from({ length: practitioners }, (_, at) => at),
    atOnce,
    async (at) => world.put({ resourceType: 'Practitioner', id: `dr${at}`, name: [{ family: `Doctor${at}` }] }),
  );
  // Those who permit are spread among the others.
  const mixed = numbers.toSorted((a, b) => ((a * 7919) % 10_007) - ((b * 7919) % 10_007));
  await each(mixed, atOnce, async (number) => {
    for (const record of recordsOf(number)) await world.put(record);
  });
  await stores.reindex('nothing');
  const server = opening.adopt(await listen(world), async (one) => {
    one.closeAllConnections();
    one.close();
  });
  const { port } = server.address() as AddressInfo;
  const stack = opening.move();
  return {
    settings: postgres.connection,
    ask: async (path) => {
      const began = performance.now();
      let found = 0;
      for (let url: string | undefined = path.startsWith('?') ? path : `/${path}`; url !== undefined;) {
        const headers = { 'x-test-client': 'other' };
        const response: Response = await fetch(`http://127.0.0.1:${port}/fhir${url}`, { headers });
        const body = (await response.json()) as { entry?: unknown[]; link?: { relation: string; url: string }[] };
        if (!response.ok) throw new Error(`${path}: ${response.status}`);
        found += body.entry?.length ?? 0;
        const next = body.link?.find(({ relation }) => relation === 'next')?.url;
        url = next?.slice(fhirBaseUrl.length);
      }
      return { ms: performance.now() - began, found };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
};

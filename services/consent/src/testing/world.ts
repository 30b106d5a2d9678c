/** The patients' door over a real PostgreSQL and the embedded ledger, with one hospital that knows one Patient. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PatientState } from '@chartseal/contracts';
import { temporaryPostgres } from '@chartseal/embedded/testing';
import { NumberSpelling } from '@chartseal/fhir';
import type { Draft, Ledger, OutgoingEvent, PatientStore } from '@chartseal/ports';
import { openPostgres, type PostgresStores } from '@chartseal/postgres';
import {
  contextOf,
  createBase,
  createLog,
  createMetrics,
  parseScopes,
  sealDeletion,
  sealVersion,
  systemClock,
  type Principal,
} from '@chartseal/server';
import request, { type Response } from 'supertest';
import type { ConsentDependencies } from '../dependencies.ts';
import { createConsentRouter, createPatientOperationsRouter } from '../app.ts';
import { followLedger } from '../follower/follow-ledger.ts';
import { moody, openLedger, type LedgerMood } from './moody-ledger.ts';

export const fhirBaseUrl = 'http://127.0.0.1:8080/fhir';
export const consentBaseUrl = 'http://127.0.0.1:8080/consent';

const principalOf = (kind: Principal['kind'], scope: string): Principal => ({
  kind,
  clientId: 'client',
  organization: 'hospital-a',
  purpose: 'TREAT',
  scopes: parseScopes(scope) ?? [],
  tokenId: 't',
});
const principals: Readonly<Record<string, Principal>> = {
  own: principalOf('own', 'system/*.cruds'),
  reader: principalOf('own', 'system/*.rs'),
  other: principalOf('other', 'system/*.rs'),
};

/** What is used of answers. */
export type Body = Record<string, unknown> & {
  parameter: { name: string; valueString: string }[];
  issue: { extension?: object[]; diagnostics: string; expression?: string[] }[];
  entry?: { resource: Record<string, unknown>; search: { extension: { valueString: string }[] } }[];
};
export type Answer = Omit<Response, 'body'> & { body: Body };

export type World = {
  readonly dependencies: ConsentDependencies;
  readonly stores: PostgresStores;
  readonly ledger: Ledger;
  readonly log: string[];
  ledgerMood: LedgerMood;
  /** What is said of the logs whenever somebody asks. */
  standing: () => void;
  patients: PatientStore;
  later(ms: number): void;
  send(method: 'get' | 'post', path: string, body?: object | string, headers?: Record<string, string>): Promise<Answer>;
  onLedger(handle: string): Promise<PatientState>;
  /** All that was told since the last time, once the follower has caught up. */
  events(): Promise<readonly OutgoingEvent[]>;
  close(): Promise<void>;
};

const random = (size: number): Uint8Array => new Uint8Array(randomBytes(size));

const writePatient = async (stores: PostgresStores, id: string, kind: 'content' | 'deletion'): Promise<void> => {
  const key = { resourceType: 'Patient', id };
  const sealing = { key, announcement: { log: 'records' }, randomBytes: random, fhirBaseUrl } as const;
  const content = { resource: { resourceType: 'Patient' }, numbers: new NumberSpelling() };
  const draft: Draft = {
    ...key,
    kind,
    seal: (at) =>
      kind === 'content' ? sealVersion({ ...sealing, ...at, ...content }) : sealDeletion({ ...sealing, ...at }),
  };
  await stores.records.commit({ touches: [key], exclusive: [], plan: () => [draft] });
};

const appOf = (dependencies: ConsentDependencies) =>
  createBase({
    log: createLog({ service: 'consent', level: 'fatal' }),
    metrics: createMetrics({ service: 'consent', version: '0', clock: systemClock }),
    ready: [],
    mount: (base) => {
      base.use(
        '/fhir',
        createPatientOperationsRouter(dependencies, (req, res, next) => {
          const principal = principals[req.get('x-test-client') ?? 'own'];
          if (principal !== undefined) contextOf(res).principal = principal;
          next();
        }),
      );
      base.use('/consent', createConsentRouter(dependencies));
    },
  });

const sendTo =
  (app: ReturnType<typeof appOf>): World['send'] =>
  async (method, path, body, headers = {}) => {
    const sent = request(app)[method](path).set(headers);
    if (body !== undefined) sent.set('content-type', 'application/json');
    return (await sent.send(typeof body === 'object' ? JSON.stringify(body) : body)) as Answer;
  };

/** Follows the ledger up to now: a transaction of no concern marks the end. */
export const follow = async (dependencies: ConsentDependencies, ledger: Ledger): Promise<void> => {
  const args = [JSON.stringify({ witnessUrl: `https://witness.example/${randomUUID()}` })];
  const marker = await ledger.submit({ contract: 'directory', transaction: 'UpdateOwn', args });
  const events: Ledger['events'] = async function* (after, signal) {
    for await (const event of ledger.events(after, signal)) {
      if (event.transactionId === marker.transactionId) return;
      yield event;
    }
  };
  const following: ConsentDependencies = { ...dependencies, ledger: { ...dependencies.ledger, events } };
  await followLedger(following, new AbortController().signal);
};

export const openWorld = async (): Promise<World> => {
  const postgres = await temporaryPostgres();
  let ahead = 0;
  const now = (): number => Date.now() + ahead;
  const stores = await openPostgres(postgres.connection, { clock: { now } });
  const directory = await mkdtemp(join(tmpdir(), 'chartseal-consent-'));
  const { ledger, close } = await openLedger(directory);
  const log: string[] = [];
  const dependencies: ConsentDependencies = {
    ...stores,
    get patients() {
      return world.patients;
    },
    ledger: moody(ledger, () => world.ledgerMood),
    organization: 'hospital-a',
    consentBaseUrl,
    fhirBaseUrl,
    clock: { wallMs: now, monotonicMs: () => performance.now() },
    randomBytes: random,
    log: createLog({
      service: 'consent',
      level: 'info',
      destination: { write: (line: string) => void log.push(line) },
    }),
    standing: { require: () => world.standing() },
    onOwnCommit: async () => {},
  };
  const app = appOf(dependencies);
  const world: World = {
    dependencies,
    stores,
    ledger,
    log,
    ledgerMood: 'answers',
    standing: () => {},
    patients: stores.patients,
    later: (ms) => void (ahead += ms),
    send: sendTo(app),
    onLedger: async (handle) =>
      JSON.parse(await ledger.evaluate({ contract: 'consent', transaction: 'Get', args: [handle] })) as PatientState,
    events: async () => {
      await follow(dependencies, ledger);
      const all: OutgoingEvent[] = [];
      while ((await stores.outbox.drain(1000, async (events) => void all.push(...events))) > 0);
      return all;
    },
    close: async () => {
      await close();
      await rm(directory, { recursive: true });
      await stores.close();
      await postgres.close();
    },
  };
  await writePatient(stores, 'p', 'content');
  await writePatient(stores, 'q', 'content');
  await writePatient(stores, 'gone', 'content');
  await writePatient(stores, 'gone', 'deletion');
  await world.events();
  return world;
};

/** The patients' door over a real PostgreSQL and the embedded ledger, with one hospital that knows one Patient. */
import { createPublicKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DirectoryEntry, FoundingDocument, PatientState } from '@chartseal/contracts';
import { openEmbeddedLedger, organization } from '@chartseal/embedded';
import { temporaryPostgres } from '@chartseal/embedded/testing';
import { NumberSpelling } from '@chartseal/fhir';
import { ChartsealError, type Ledger, type OutgoingEvent, type PatientStore, type Signer } from '@chartseal/ports';
import { openPostgres, type PostgresStores } from '@chartseal/postgres';
import {
  contextOf,
  createBase,
  createLog,
  parseScopes,
  sealDeletion,
  sealVersion,
  type Principal,
} from '@chartseal/server';
import request, { type Response } from 'supertest';
import type { ConsentDependencies } from '../dependencies.ts';
import { createConsentRouter, createPatientOperationsRouter } from '../index.ts';

export const fhirBaseUrl = 'http://127.0.0.1:8080/fhir';
export const consentBaseUrl = 'http://127.0.0.1:8080/consent';

const signerOf = (algorithm: Signer['algorithm']): Signer => {
  const { privateKey } =
    algorithm === 'Ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    algorithm,
    publicKey: createPublicKey(privateKey).export({ format: 'der', type: 'spki' }),
    sign: async (data) =>
      algorithm === 'Ed25519'
        ? sign(null, data, privateKey)
        : sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
  };
};

const hospitalA: DirectoryEntry = {
  id: 'hospital-a',
  name: 'A',
  mspId: 'A',
  parent: null,
  jwks: { keys: [] },
  fhirBaseUrl: null,
  tokenUrl: null,
  consentBaseUrl: null,
  witnessUrl: null,
  purposes: ['TREAT'],
  breakGlass: false,
  logs: [],
  status: 'active',
};

const openLedger = async (directory: string) => {
  const signer = signerOf('ES256');
  const opened = await openEmbeddedLedger({
    directory,
    clock: () => new Date(),
    random: (size) => randomBytes(size),
    ledgerSigner: signerOf('Ed25519'),
    genesis: { organizations: [organization('A', signer)] },
  });
  const ledger = opened.connect({ mspId: 'A', signer });
  const document: FoundingDocument = {
    network: ledger.network,
    members: [hospitalA],
    policy: { implicit: { TREAT: 'deny' }, attested: false },
  };
  await ledger.submit({ contract: 'directory', transaction: 'Found', args: [JSON.stringify(document)] });
  return { ledger, close: () => opened.close() };
};

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

/** How the ledger behaves towards what is submitted. `commits-silently`: it commits, and its answer is lost. */
export type LedgerMood = 'answers' | 'unreachable' | 'hangs' | 'commits-silently';

export type World = {
  readonly dependencies: ConsentDependencies;
  readonly stores: PostgresStores;
  readonly ledger: Ledger;
  readonly log: string[];
  ledgerMood: LedgerMood;
  patients: PatientStore;
  later(ms: number): void;
  send(method: 'get' | 'post', path: string, body?: object | string, headers?: Record<string, string>): Promise<Answer>;
  onLedger(handle: string): Promise<PatientState>;
  events(): Promise<readonly OutgoingEvent[]>;
  close(): Promise<void>;
};

export const openWorld = async (): Promise<World> => {
  const postgres = await temporaryPostgres();
  let ahead = 0;
  const now = (): number => Date.now() + ahead;
  const stores = await openPostgres(postgres.connection, { clock: { now } });
  const directory = await mkdtemp(join(tmpdir(), 'chartseal-consent-'));
  const { ledger, close } = await openLedger(directory);
  const unreachable = () => new ChartsealError('ledger-unavailable', 'the ledger is away');
  const published: OutgoingEvent[] = [];
  const log: string[] = [];
  const random = (size: number): Uint8Array => new Uint8Array(randomBytes(size));
  const moody: Ledger = {
    network: ledger.network,
    mspId: ledger.mspId,
    events: (after, signal) => ledger.events(after, signal),
    height: () => ledger.height(),
    receipt: (transactionId) => ledger.receipt(transactionId),
    evaluate: async (call) => {
      if (world.ledgerMood === 'unreachable') throw unreachable();
      return ledger.evaluate(call);
    },
    submit: async (call) => {
      if (world.ledgerMood === 'unreachable') throw unreachable();
      if (world.ledgerMood === 'hangs') return new Promise(() => {});
      const committed = await ledger.submit(call);
      if (world.ledgerMood === 'commits-silently') throw new ChartsealError('outcome-unknown', 'no answer');
      return committed;
    },
  };
  const dependencies: ConsentDependencies = {
    ...stores,
    get patients() {
      return world.patients;
    },
    events: { publish: async (events) => void published.push(...events) },
    ledger: moody,
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
    onOwnCommit: async () => {},
  };
  const app = createBase({
    log: createLog({ service: 'consent', level: 'fatal' }),
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
  const world: World = {
    dependencies,
    stores,
    ledger,
    log,
    ledgerMood: 'answers',
    patients: stores.patients,
    later: (ms) => void (ahead += ms),
    send: async (method, path, body, headers = {}) => {
      const sent = request(app)[method](path).set(headers);
      if (body !== undefined) sent.set('content-type', 'application/json');
      return (await sent.send(typeof body === 'object' ? JSON.stringify(body) : body)) as Answer;
    },
    onLedger: async (handle) =>
      JSON.parse(await ledger.evaluate({ contract: 'consent', transaction: 'Get', args: [handle] })) as PatientState,
    events: async () => {
      const all = published.splice(0);
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
  for (const id of ['p', 'gone']) {
    const key = { resourceType: 'Patient', id };
    const sealing = { key, announcement: { log: 'records' }, randomBytes: random, fhirBaseUrl } as const;
    const write = (kind: 'content' | 'deletion') =>
      stores.records.commit({
        touches: [key],
        exclusive: [],
        plan: () => [
          {
            ...key,
            kind,
            seal: (at) =>
              kind === 'content'
                ? sealVersion({
                    ...sealing,
                    ...at,
                    resource: { resourceType: 'Patient' },
                    numbers: new NumberSpelling(),
                  })
                : sealDeletion({ ...sealing, ...at }),
          },
        ],
      });
    await write('content');
    if (id === 'gone') await write('deletion');
  }
  await world.events();
  return world;
};

/** The writing half of a gateway over a real PostgreSQL. Header `x-test-client` says who calls. */
import { randomBytes, randomUUID } from 'node:crypto';
import { temporaryPostgres } from '@chartseal/embedded/testing';
import { ChartsealError, type RecordStore, type WriteUnit } from '@chartseal/ports';
import { openPostgres } from '@chartseal/postgres';
import {
  contextOf,
  createBase,
  createLog,
  createMetrics,
  parseScopes,
  sealVersion,
  type Announcement,
  type Principal,
} from '@chartseal/server';
import { createValidator, NumberSpelling, usualPolicy } from '@chartseal/fhir';
import type { Express, RequestHandler } from 'express';
import request from 'supertest';
import type { Response, Test } from 'supertest';
import { createIngestRouter } from '../app.ts';
import { createImportRouter } from '../import/import-router.ts';
import { Importer } from '../import/importer.ts';

export const fhirBaseUrl = 'http://127.0.0.1:8080/fhir';

export const principalOf = (kind: Principal['kind'], scope: string): Principal => ({
  kind,
  clientId: 'client',
  organization: kind === 'own' ? 'hospital-a' : 'hospital-b',
  purpose: 'TREAT',
  scopes: parseScopes(scope) ?? [],
  tokenId: 't',
});

const principals: Readonly<Record<string, Principal>> = {
  own: principalOf('own', 'system/*.cruds'),
  creating: principalOf('own', 'system/*.c'),
  narrow: principalOf('own', 'system/Observation.cruds'),
  other: principalOf('other', 'system/*.rs'),
  erasing: principalOf('own', 'chartseal/erase'),
};

export type Json = Record<string, unknown>;
/** What is used of a response Bundle's entries, of stored resources and of outcomes. */
export type Body = Json & {
  id: string;
  issue: { severity: string; code: string; diagnostics: string; expression?: string[] }[];
  entry: {
    resource?: Json;
    response: { status: string; location?: string; etag?: string; outcome?: { issue: { expression?: string[] }[] } };
  }[];
};
export type Answer = Omit<Response, 'body'> & { body: Body };

export type World = {
  readonly records: RecordStore;
  readonly reads: string[];
  readonly send: (
    method: 'get' | 'post' | 'put' | 'patch' | 'delete',
    path: string,
    body?: object | string,
    options?: { as?: string; headers?: Readonly<Record<string, string>> },
  ) => Promise<Answer>;
  readonly stored: (reference: string) => Promise<Json>;
  readonly count: (resourceType: string) => Promise<number>;
  /** Stores an AuditEvent of the gateway's own. */
  readonly audit: (id: string) => Promise<void>;
  /** Carries out the oldest import. `patience`: how many of its commits go through before the process is gone. */
  readonly carryOut: (patience?: number) => Promise<void>;
  readonly close: () => Promise<void>;
};

const clock = { wallMs: Date.now, monotonicMs: () => performance.now() };
const told = {
  log: createLog({ service: 'ingest', level: 'fatal' }),
  metrics: createMetrics({ service: 'ingest', version: '0', clock }),
};

const ofProcess = {
  log: told.log,
  standing: { require: () => {} },
  fhirBaseUrl,
  clock,
  randomBytes: (size: number) => new Uint8Array(randomBytes(size)),
  randomUuid: randomUUID,
  validate: createValidator({ policy: usualPolicy }),
};

const sender =
  (app: Express): World['send'] =>
  async (method, path, body, { as = 'own', headers = {} } = {}) => {
    const sent: Test = request(app)[method](path).set('x-test-client', as);
    if (body !== undefined) sent.set('content-type', 'application/fhir+json');
    sent.set(headers);
    const isJson = typeof body === 'object' && !Buffer.isBuffer(body);
    return (await sent.send(isJson ? JSON.stringify(body) : body)) as Answer;
  };

const authenticate: RequestHandler = (req, res, next) => {
  const principal = principals[req.get('x-test-client') ?? 'own'];
  if (principal !== undefined) contextOf(res).principal = principal;
  next();
};

export const importSettings = { directory: '/import', sources: ['https://a.example/'], uploadBytes: 100_000 };

/** Of a process that is killed after so many commits: the one that it dies in may have taken effect. */
const mortal = (records: RecordStore, commits: number): RecordStore => {
  let left = commits;
  return {
    ...records,
    commit: async (unit) => {
      left -= 1;
      if (left < 0) throw new ChartsealError('store-unavailable', 'killed');
      const versions = await records.commit(unit);
      if (left === 0) throw new ChartsealError('outcome-unknown', 'killed');
      return versions;
    },
  };
};

export const openWorld = async (
  change: (records: RecordStore) => RecordStore = (records) => records,
): Promise<World> => {
  const postgres = await temporaryPostgres();
  const stores = await openPostgres(postgres.connection);
  const records = change(stores.records);
  const reads: string[] = [];
  const dependencies = {
    ...ofProcess,
    records,
    erasures: stores.erasures,
    readEntry: async (_principal: Principal, url: string) => {
      reads.push(url);
      if (url.includes('gone')) throw new ChartsealError('not-found', 'there is no such record');
      return { status: 200, body: '{"resourceType":"Patient"}' };
    },
  };
  const app = createBase({
    ...told,
    ready: [],
    mount: (base) => {
      base.use(
        '/fhir',
        createImportRouter({ ...dependencies, imports: stores.imports, config: importSettings }, authenticate),
        createIngestRouter(dependencies, authenticate),
      );
    },
  });
  return {
    records,
    reads,
    send: sender(app),
    stored: async (reference) => {
      const [resourceType = '', id = ''] = reference.replace(`${fhirBaseUrl}/`, '').split('/');
      return JSON.parse((await records.read({ resourceType, id }))?.content ?? 'null') as Json;
    },
    count: (resourceType) => records.count({ resourceType, conditions: [] }),
    audit: async (id) => {
      const key = { resourceType: 'AuditEvent', id };
      const announcement: Announcement = { log: 'access', effect: 'permit', reason: 'own' };
      const shared = { key, announcement, resource: { resourceType: 'AuditEvent' }, numbers: new NumberSpelling() };
      const seal = (at: { versionId: number; lastUpdated: string; handle: string }) =>
        sealVersion({ ...dependencies, ...shared, ...at });
      await records.commit({ touches: [key], exclusive: [], plan: () => [{ ...key, kind: 'content', seal }] });
    },
    carryOut: async (patience = Infinity) => {
      const ingest = { ...dependencies, records: mortal(records, patience) };
      const sources = { ...importSettings, imports: stores.imports, fetch };
      const importer = new Importer({ ingest, imports: stores.imports, sources, ...told, clock });
      await importer.round(new AbortController().signal);
    },
    close: async () => {
      await stores.close();
      await postgres.close();
    },
  };
};

/** Every plan runs twice, as it does when a commit has to be tried again. */
export const twice = (records: RecordStore): RecordStore => ({
  ...records,
  commit: (unit: WriteUnit) =>
    records.commit({
      ...unit,
      plan: async (view) => {
        for (const draft of await unit.plan(view))
          draft.seal({ versionId: 41, lastUpdated: '2020-01-01T00:00:00.000Z', handle: 'other' });
        return unit.plan(view);
      },
    }),
});

export const patient = (mrn: string, rest: object = {}): Json => ({
  resourceType: 'Patient',
  identifier: [{ system: 'urn:mrn', value: mrn }],
  ...rest,
});
export const observation = (subject?: string, rest: object = {}): Json => ({
  resourceType: 'Observation',
  status: 'final',
  code: { text: 'a' },
  ...(subject === undefined ? {} : { subject: { reference: subject } }),
  ...rest,
});
export const post = (resource: Json, rest: { fullUrl?: string; ifNoneExist?: string } = {}): Json => {
  const { fullUrl, ...request } = rest;
  return {
    ...(fullUrl === undefined ? {} : { fullUrl }),
    resource,
    request: { method: 'POST', url: resource['resourceType'], ...request },
  };
};
export const put = (resource: Json, rest: { fullUrl?: string; ifMatch?: string } = {}): Json => {
  const { fullUrl, ...request } = rest;
  const url = `${String(resource['resourceType'])}/${String(resource['id'])}`;
  return { ...(fullUrl === undefined ? {} : { fullUrl }), resource, request: { method: 'PUT', url, ...request } };
};
export const remove = (url: string, rest: object = {}): Json => ({ request: { method: 'DELETE', url, ...rest } });
export const get = (url: string): Json => ({ request: { method: 'GET', url } });
export const bundle = (type: 'batch' | 'transaction', ...entry: Json[]): Json => ({
  resourceType: 'Bundle',
  type,
  entry,
});

/** A gateway's reading half in one process: hospital-a's store, its clients, and hospital-b's. */
import { randomBytes, randomUUID } from 'node:crypto';
import { breakGlass, builtInValueSets } from '@chartseal/consent';
import { memberEntry, testSigner } from '@chartseal/embedded/testing';
import { parseJson } from '@chartseal/fhir';
import { ChartsealError, type RecordKey } from '@chartseal/ports';
import {
  contextOf,
  createBase,
  createLog,
  createMetrics,
  sealDeletion,
  sealVersion,
  separateContent,
  systemClock,
  type Principal,
} from '@chartseal/server';
import type { Express, RequestHandler } from 'express';
import { createQueryRouter } from '../app.ts';
import type { QueryDependencies } from '../dependencies.ts';
import { createPatientRouter } from '../patient-door/patient-router.ts';
import { memoryBreakGlass } from './memory-break-glass.ts';
import { memoryRecords, type MemoryRecords } from './memory-records.ts';

export const fhirBaseUrl = 'http://127.0.0.1:8080/fhir';
export const consentBaseUrl = 'http://127.0.0.1:8080/consent';
export const network = 'ab'.repeat(32);

const scopes = [{ resourceType: '*', permissions: 'rs' }];
export const own: Principal = {
  kind: 'own',
  clientId: 'ehr',
  organization: 'hospital-a',
  purpose: 'TREAT',
  scopes: [{ resourceType: '*', permissions: 'cruds' }],
  tokenId: 't1',
};
export const other: Principal = {
  kind: 'other',
  clientId: 'b-app',
  organization: 'hospital-b',
  purpose: 'TREAT',
  scopes,
  subject: { subject_id: 'dr-b', subject_name: 'Dr. B' },
  tokenId: 't2',
};
const principals: Readonly<Record<string, Principal>> = {
  own,
  other,
  'other-client': { ...other, clientId: 'b-second' },
  emergency: { ...other, purpose: breakGlass, reason: 'unconscious after a fall' },
  narrow: { ...own, scopes: [{ resourceType: 'Patient', permissions: 'rs' }] },
  provenances: { ...own, scopes: [{ resourceType: 'Provenance', permissions: 'rs' }] },
};

export type World = {
  readonly app: Express;
  /** Where records lie unless the test brought its own store. */
  readonly memory: MemoryRecords;
  readonly deps: QueryDependencies;
  /** Log lines of the app. */
  readonly log: string[];
  readonly put: (resource: { resourceType: string; id: string; [member: string]: unknown } | string) => Promise<void>;
  readonly remove: (key: RecordKey) => Promise<void>;
  /** Lets time pass. */
  readonly later: (ms: number) => void;
  readonly audits: () => Promise<readonly Record<string, never>[]>;
};

export type WorldOptions = Partial<QueryDependencies>;

const secret = randomBytes(32);

/** Nobody has a handle, and nobody is merged with anybody. */
export const silentPatients: QueryDependencies['patients'] = {
  handle: async () => undefined,
  handlesOf: async () => [],
  directives: async () => [],
  say: async () => [],
  united: async (id) => [id],
  registrars: async () => [],
};

type Given = Pick<QueryDependencies, 'clock' | 'metrics' | 'records'>;

/** What nobody has said anything about: no patients, no directives, no anchored logs. */
const emptyDependencies = ({ clock, metrics, records }: Given): QueryDependencies => ({
  metrics,
  records,
  patients: silentPatients,
  permitting: { among: async () => [] },
  breakGlass: memoryBreakGlass(),
  valueSets: builtInValueSets,
  ledger: { submit: async () => ({ transactionId: 't', blockNumber: 8, result: '' }) },
  onOwnCommit: async () => {},
  breakGlassMs: 4 * 3_600_000,
  logs: { leafIndex: async () => undefined, anchored: async () => undefined, readTile: async () => undefined },
  cosignatures: { of: async () => [] },
  erasures: { statementOf: async () => undefined },
  vault: { secret: async () => secret, signer: async () => testSigner('Ed25519') },
  logOrigin: 'hospital-a.example',
  ledgerView: emptyLedger,
  freshness: { ensureFresh: async () => {} },
  answerStepMs: 0,
  fhirBaseUrl,
  organization: 'hospital-a',
  network,
  clock,
  randomBytes: (size) => new Uint8Array(randomBytes(size)),
  randomUuid: randomUUID,
});

export const createWorld = (options: WorldOptions = {}): World => {
  let now = Date.UTC(2026, 0, 1);
  const clock = { wallMs: () => (now += 1), monotonicMs: () => now };
  const memory = memoryRecords(clock.wallMs, randomUUID);
  const metrics = createMetrics({ service: 'query', version: '0', clock: systemClock });
  const deps: QueryDependencies = { ...emptyDependencies({ clock, metrics, records: memory }), ...options };
  const { records } = deps;
  const log: string[] = [];
  const app = createBase({
    log: createLog({ service: 'query', level: 'info', destination: { write: (line: string) => void log.push(line) } }),
    metrics,
    ready: [],
    mount: (base) => {
      base.use('/fhir', createQueryRouter({ ...deps, authenticate: byTestHeader }));
      base.use(
        '/consent',
        createPatientRouter({
          ...deps,
          clients: { useJti: async () => 'first' },
          standing: { require: () => {} },
          consentBaseUrl,
        }),
      );
    },
  });
  const sealing = { announcement: { log: 'records' } as const, randomBytes: deps.randomBytes, fhirBaseUrl };
  return {
    app,
    memory,
    later: (ms) => void (now += ms),
    deps,
    log,
    async put(given) {
      const { value, numbers } = parseJson(typeof given === 'string' ? given : JSON.stringify(given));
      const resource = value as { resourceType: string; id: string };
      const separated = separateContent(resource);
      const kept = separated.outcome === 'separated' ? { bytes: separated.bytes } : {};
      const key = { resourceType: resource.resourceType, id: resource.id };
      const seal = (position: Parameters<Parameters<typeof toDraft>[1]>[0]) =>
        sealVersion({ ...sealing, ...position, key, resource, numbers, ...kept });
      await records.commit({ touches: [key], exclusive: [], plan: () => [{ ...key, kind: 'content', seal }] });
    },
    async remove(key) {
      const draft = toDraft(key, (position) => sealDeletion({ ...sealing, ...position, key }));
      await records.commit({ touches: [key], exclusive: [], plan: () => [draft] });
    },
    async audits() {
      const query = { resourceType: 'AuditEvent', conditions: [] };
      const { versions } = await records.search(query, { limit: 1000 });
      return versions.map(({ content }) => JSON.parse(content) as Record<string, never>);
    },
  };
};

type SealFunction = (position: {
  versionId: number;
  lastUpdated: string;
  handle: string;
}) => ReturnType<typeof sealVersion>;
const toDraft = (key: RecordKey, seal: SealFunction) => ({ ...key, kind: 'deletion' as const, seal });

const hospitalB = memberEntry('BMSP', {
  id: 'hospital-b',
  purposes: ['TREAT', 'HPAYMT', 'HRESCH', breakGlass],
  breakGlass: true,
});

export const emptyLedger: QueryDependencies['ledgerView'] = {
  height: 7,
  reached: async () => {},
  directoryChangedAt: 1,
  changedAt: () => 1,
  organization: (id) => (id === 'hospital-b' ? hospitalB : undefined),
  parentsOf: () => [],
  policy: () => ({ implicit: {}, attested: false }),
  consent: async () => undefined,
};

const byTestHeader: RequestHandler = (req, res, next) => {
  const principal = principals[req.get('x-test-client') ?? ''];
  if (principal === undefined) throw new ChartsealError('unauthenticated', 'an access token is required');
  contextOf(res).principal = principal;
  next();
};

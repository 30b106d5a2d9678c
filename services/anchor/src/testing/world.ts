/** The pipeline's own steps over a real PostgreSQL and the embedded ledger; each step is run by hand. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memberEntry, soloLedger, temporaryPostgres, testSigner } from '@chartseal/embedded/testing';
import type { OutgoingEvent, ReceivedEvent } from '@chartseal/ports';
import { openPostgres, type PostgresStores } from '@chartseal/postgres';
import {
  accessDecidedTopic,
  createLog,
  createMetrics,
  recordAcceptedTopic,
  sealDeletion,
  systemClock,
} from '@chartseal/server';
import { formatVerifierKey } from '@chartseal/tlog';
import { anchor } from '../anchor.ts';
import { publishCheckpoint, verifierKeyOf } from '../checkpoint.ts';
import { Cosigners } from '../cosign/cosigners.ts';
import { logNames, type AnchorDependencies, type LogIdentity } from '../dependencies.ts';
import { sequence } from '../sequence.ts';
import { TraceTrail } from '../trace-trail.ts';
import { writersOf, type Writers } from '../writers.ts';

export const fhirBaseUrl = 'http://127.0.0.1:8080/fhir';

const identityOf = (name: LogIdentity['name']): LogIdentity => ({
  name,
  origin: `test.example/hospital-a/${name}`,
  signer: testSigner('Ed25519'),
});

const openLedger = (identities: AnchorDependencies['identities'], directory: string) => {
  const logs = Object.values(identities).map((log) => ({
    origin: log.origin,
    verifierKey: formatVerifierKey(verifierKeyOf(log)),
    fromSize: 0,
  }));
  return soloLedger(directory, memberEntry('A', { id: 'hospital-a', logs }));
};

export type World = AnchorDependencies & {
  readonly cosigners: Cosigners;
  readonly stores: PostgresStores;
  readonly logLines: string[];
  /** Lets the monotonic clock run ahead. */
  later(ms: number): void;
  writers(): Writers;
  close(): Promise<void>;
};

export const openWorld = async (): Promise<World> => {
  const postgres = await temporaryPostgres();
  const stores = await openPostgres(postgres.connection, { pollMs: 20 });
  const directory = await mkdtemp(join(tmpdir(), 'chartseal-anchor-'));
  const identities = { records: identityOf('records'), access: identityOf('access') };
  const { ledger, close } = await openLedger(identities, directory);
  const logLines: string[] = [];
  let ahead = 0;
  const dependencies: AnchorDependencies = {
    outbox: stores.outbox,
    events: stores.events,
    logs: stores.logs,
    cosignatures: stores.cosignatures,
    cosigned: (log) => cosigners.newest(log),
    erasures: stores.erasures,
    ledger,
    identities,
    fhirBaseUrl,
    clock: { wallMs: Date.now, monotonicMs: () => performance.now() + ahead },
    log: createLog({ service: 'anchor', level: 'info', destination: { write: (line) => void logLines.push(line) } }),
    metrics: createMetrics({ service: 'anchor', version: '0', clock: systemClock }),
    standing: { require: () => {} },
    trail: new TraceTrail(),
    observeOwnCommit: () => {},
  };
  const cosigners = new Cosigners({ ...dependencies, witnesses: () => [], ownKeys: [], fetch });
  return {
    ...dependencies,
    cosigners,
    stores,
    logLines,
    later: (ms) => void (ahead += ms),
    writers: () => writersOf(dependencies),
    close: async () => {
      await close();
      await rm(directory, { recursive: true });
      await stores.close();
      await postgres.close();
    },
  };
};

/** Events of versions nobody wrote: the pipeline knows no more of one than this. */
export const announced = (handle: string, versionId = 1, log: 'records' | 'access' = 'records'): ReceivedEvent => {
  const { events } = sealDeletion({
    handle,
    versionId,
    lastUpdated: '2026-01-01T00:00:00.000Z',
    key: { resourceType: 'Patient', id: '1' },
    announcement: log === 'records' ? { log } : { log, effect: 'permit', reason: 'own' },
    randomBytes: (size) => new Uint8Array(randomBytes(size)),
    fhirBaseUrl,
  });
  const [event = { topic: '', key: '', value: '' }] = events;
  return received(event);
};
export const received = (event: OutgoingEvent): ReceivedEvent => ({ ...event, partition: 0, offset: '1' });
export const topicOf = { records: recordAcceptedTopic, access: accessDecidedTopic };

/** From the event log to the ledger, once. */
export const pass = async (
  world: AnchorDependencies,
  writers: Writers,
  ...batch: readonly ReceivedEvent[]
): Promise<void> => {
  await sequence(world, writers, batch);
  for (const log of logNames) await publishCheckpoint(world, writers, log);
  await anchor(world, writers);
};

export const drained = async ({ outbox }: Pick<AnchorDependencies, 'outbox'>): Promise<readonly OutgoingEvent[]> => {
  const all: OutgoingEvent[] = [];
  while ((await outbox.drain(1000, async (events) => void all.push(...events))) > 0);
  return all;
};

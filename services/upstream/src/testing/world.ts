/** The connector over a real PostgreSQL, between a stub of an upstream and the store; each round is run by hand. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { TemporaryPostgres } from '@chartseal/embedded/testing';
import { openPostgres, type PostgresStores } from '@chartseal/postgres';
import { NumberSpelling, createValidator, usualPolicy } from '@chartseal/fhir';
import { createLog, createMetrics, type Metrics } from '@chartseal/server';
import { type IngestDependencies, update } from '@chartseal/service-ingest';
import { Client } from 'pg';
import { Agent } from 'undici';
import { tokensFor } from '../client/authorization.ts';
import { readReceived } from '../client/page.ts';
import { upstreamClient } from '../client/upstream-client.ts';
import type { PullDependencies, PullSettings } from '../pull/dependencies.ts';
import { Puller } from '../pull/puller.ts';
import { openStubUpstream, type StubUpstream } from './stub-upstream.ts';

export const fhirBaseUrl = 'http://127.0.0.1:8080/fhir';

export type World = {
  readonly upstream: StubUpstream;
  readonly stores: PostgresStores;
  readonly metrics: Metrics;
  readonly logLines: string[];
  /** What was waited for, in milliseconds; nobody waits. */
  readonly slept: number[];
  /** As a process that was just started has it. */
  puller(change?: Partial<PullSettings>, replace?: Partial<PullDependencies>): Puller;
  /** Rounds of a new process until there is nothing more to load. */
  pull(change?: Partial<PullSettings>): Promise<void>;
  /** `Type/id` → content; undefined if it is not there or deleted. */
  stored(reference: string): Promise<Record<string, unknown> | undefined>;
  text(reference: string): Promise<string | undefined>;
  version(reference: string): Promise<number | undefined>;
  /** As a client here writes. */
  write(reference: string, members?: string): Promise<void>;
  refusals(): Promise<Readonly<Record<string, string>>>;
  close(): Promise<void>;
};

const keyOf = (reference: string): { resourceType: string; id: string } => {
  const [resourceType = '', id = ''] = reference.split('/');
  return { resourceType, id };
};

/** What an earlier test left is gone. */
const emptied = async ({ connection }: TemporaryPostgres): Promise<TemporaryPostgres['connection']> => {
  const client = new Client({ ...connection, user: 'postgres' });
  await client.connect();
  await client.query('drop schema public cascade; create schema public authorization pg_database_owner');
  await client.end();
  return connection;
};

/** The store as a client here uses it. */
const clientOf = (
  { records, upstreamCheckpoints }: PostgresStores,
  ingest: IngestDependencies,
  upstream: string,
): Pick<World, 'stored' | 'text' | 'version' | 'write' | 'refusals'> => {
  const text = async (reference: string): Promise<string | undefined> => {
    const version = await records.read(keyOf(reference));
    return version?.state === 'content' ? version.content : undefined;
  };
  return {
    text,
    stored: async (reference) => {
      const content = await text(reference);
      return content === undefined ? undefined : (JSON.parse(content) as Record<string, unknown>);
    },
    version: async (reference) => (await records.read(keyOf(reference)))?.versionId,
    write: async (reference, members = '"active":false') => {
      const key = keyOf(reference);
      const text = `{"resourceType":"${key.resourceType}","id":"${key.id}",${members}}`;
      const { resource, numbers = new NumberSpelling() } = readReceived(text, undefined);
      const incoming = { resource, numbers };
      await update(ingest, { ...key, incoming, ifMatch: undefined });
    },
    refusals: async () => {
      const refusals = await upstreamCheckpoints.refusals(upstream, { limit: 100 });
      return Object.fromEntries(refusals.map(({ resourceType, id, reason }) => [`${resourceType}/${id}`, reason]));
    },
  };
};

const clock = { wallMs: Date.now, monotonicMs: () => performance.now() };

const tellingWorld = () => {
  const logLines: string[] = [];
  const destination = { write: (line: string) => void logLines.push(line) };
  return {
    logLines,
    log: createLog({ service: 'upstream', level: 'info', destination }),
    metrics: createMetrics({ service: 'upstream', version: '0', clock, minimumAgeMs: 0 }),
  };
};

const ingestOver = ({ records }: PostgresStores): IngestDependencies => ({
  records,
  fhirBaseUrl,
  clock,
  randomBytes: (size) => new Uint8Array(randomBytes(size)),
  randomUuid: randomUUID,
  readEntry: () => Promise.reject(new Error('not asked')),
  validate: createValidator({ policy: usualPolicy }),
});

export const openWorld = async (postgres: TemporaryPostgres): Promise<World> => {
  const stores = await openPostgres(await emptied(postgres));
  const upstream = await openStubUpstream();
  const dispatcher = new Agent();
  const { logLines, log, metrics } = tellingWorld();
  const ingest = ingestOver(stores);
  const slept: number[] = [];
  const client = upstreamClient({
    baseUrl: upstream.baseUrl,
    requestsPerSecond: 1000,
    tokens: tokensFor({ kind: 'none' }, dispatcher, clock),
    dispatcher,
    clock,
    sleep: async (ms) => void slept.push(ms),
    random: () => 0.5,
    metrics,
  });
  const puller: World['puller'] = (change = {}, replace = {}) =>
    new Puller({
      client,
      settings: { types: undefined, pageSize: 3, intervalMs: 60_000, overlapMs: 2000, ...change },
      checkpoints: stores.upstreamCheckpoints,
      records: stores.records,
      ingest,
      clock,
      log,
      metrics,
      ...replace,
    });
  return {
    upstream,
    stores,
    metrics,
    logLines,
    slept,
    puller,
    ...clientOf(stores, ingest, upstream.baseUrl),
    pull: async (change) => {
      const fresh = puller(change);
      while ((await fresh.round(new AbortController().signal)) === 'again');
    },
    close: async () => {
      await dispatcher.destroy();
      await upstream.close();
      await stores.close();
    },
  };
};

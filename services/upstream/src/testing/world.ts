/** The connector over a real PostgreSQL, between a stub of an upstream and the store; each round is run by hand. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { TemporaryPostgres } from '@chartseal/embedded/testing';
import { openPostgres, type PostgresStores } from '@chartseal/postgres';
import { createLog, createMetrics, type Metrics } from '@chartseal/server';
import { deleteRecord, update } from '@chartseal/service-ingest';
import { Client } from 'pg';
import { Agent } from 'undici';
import { type Authorization, tokensFor } from '../client/authorization.ts';
import { readReceived } from '../client/page.ts';
import { upstreamClient, type UpstreamClient } from '../client/upstream-client.ts';
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
  client(authorization?: Authorization): UpstreamClient;
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
  remove(reference: string): Promise<void>;
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

export const openWorld = async (postgres: TemporaryPostgres): Promise<World> => {
  const stores = await openPostgres(await emptied(postgres));
  const upstream = await openStubUpstream();
  const dispatcher = new Agent();
  const clock = { wallMs: Date.now, monotonicMs: () => performance.now() };
  const metrics = createMetrics({ service: 'upstream', version: '0', clock, minimumAgeMs: 0 });
  const logLines: string[] = [];
  const log = createLog({
    service: 'upstream',
    level: 'info',
    destination: { write: (line) => void logLines.push(line) },
  });
  const slept: number[] = [];
  const sleep = async (ms: number): Promise<void> => void slept.push(ms);
  const ingest = {
    records: stores.records,
    fhirBaseUrl,
    clock,
    randomBytes: (size: number) => new Uint8Array(randomBytes(size)),
    randomUuid: randomUUID,
    readEntry: () => Promise.reject(new Error('not asked')),
  };
  const client = (authorization: Authorization = { kind: 'none' }): UpstreamClient =>
    upstreamClient({
      baseUrl: upstream.baseUrl,
      requestsPerSecond: 1000,
      tokens: tokensFor(authorization, dispatcher, clock.monotonicMs),
      dispatcher,
      clock,
      sleep,
      random: () => 0.5,
      metrics,
    });
  const puller = (change: Partial<PullSettings> = {}, replace: Partial<PullDependencies> = {}): Puller =>
    new Puller({
      client: client(),
      settings: { types: undefined, pageSize: 3, intervalMs: 60_000, overlapMs: 2000, ...change },
      checkpoints: stores.upstreamCheckpoints,
      records: stores.records,
      ingest,
      clock,
      log,
      metrics,
      ...replace,
    });
  const read = async (reference: string) => {
    const version = await stores.records.read(keyOf(reference));
    return version?.state === 'content' ? version : undefined;
  };
  return {
    upstream,
    stores,
    metrics,
    logLines,
    slept,
    client,
    puller,
    pull: async (change) => {
      const fresh = puller(change);
      while ((await fresh.round(new AbortController().signal)) === 'again');
    },
    stored: async (reference) => JSON.parse((await read(reference))?.content ?? 'null') ?? undefined,
    text: async (reference) => (await read(reference))?.content,
    version: async (reference) => (await stores.records.read(keyOf(reference)))?.versionId,
    write: async (reference, members = '"active":false') => {
      const key = keyOf(reference);
      const incoming = readReceived(`{"resourceType":"${key.resourceType}","id":"${key.id}",${members}}`);
      await update(ingest, { ...key, incoming, ifMatch: undefined });
    },
    remove: async (reference) => void (await deleteRecord(ingest, { ...keyOf(reference), ifMatch: undefined })),
    refusals: async () => {
      const refusals = await stores.upstreamCheckpoints.refusals(upstream.baseUrl, { limit: 100 });
      return Object.fromEntries(refusals.map(({ resourceType, id, reason }) => [`${resourceType}/${id}`, reason]));
    },
    close: async () => {
      await dispatcher.destroy();
      await upstream.close();
      await stores.close();
    },
  };
};

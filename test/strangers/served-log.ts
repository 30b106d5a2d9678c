/** A log of the real store behind the real router, grown step by step. */
import { hash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openMemoryCache } from '@chartseal/embedded';
import { temporaryPostgres } from '@chartseal/embedded/testing';
import type { CosignatureStore, LogEntry, LogStore } from '@chartseal/ports';
import { openPostgres } from '@chartseal/postgres';
import { createBase, createLog, createMetrics, systemClock } from '@chartseal/server';
import { createLogRouter, integrate } from '@chartseal/service-anchor';
import {
  emptyTree,
  formatCheckpoint,
  formatVerifierKey,
  makeVerifierKey,
  parseTree,
  rootHash,
  signNote,
} from '@chartseal/tlog';
import { generateEd25519, sha256 } from '@chartseal/tlog/node';

export const origin = 'strangers.example/records';

/** The entry of a leaf: 32 bytes, as a commitment is. */
export const entryOf = (leafIndex: number): Uint8Array =>
  new Uint8Array(hash('sha256', `entry ${leafIndex}`, 'buffer'));

const batch = 5000;

export type ServedLog = AsyncDisposable & {
  readonly logs: LogStore;
  readonly url: string;
  readonly verifierKey: string;
  /** Appends entries until there are so many, and signs. */
  grow(treeSize: number): Promise<void>;
  /** What the router reads, altered: what an operator who cheats would serve. */
  tamper(change: (data: Uint8Array) => Uint8Array): void;
};

export const serveLog = async (): Promise<ServedLog> => {
  await using opening = new AsyncDisposableStack();
  const postgres = await temporaryPostgres();
  opening.defer(() => postgres.close());
  const stores = await openPostgres(postgres.connection);
  opening.defer(() => stores.close());
  const { publicKey, sign } = generateEd25519();
  const key = makeVerifierKey(sha256, origin, publicKey);
  let change = (data: Uint8Array): Uint8Array => data;
  const logs: Pick<LogStore, 'checkpoint' | 'anchored' | 'readTile'> = {
    checkpoint: (log) => stores.logs.checkpoint(log),
    anchored: async () => undefined,
    readTile: async (log, tile) => {
      const data = await stores.logs.readTile(log, tile);
      return data && change(data);
    },
  };
  const server = await listen(stores.cosignatures, logs);
  opening.defer(() => void server.close());
  const stack = opening.move();
  return {
    logs: stores.logs,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/log/records/`,
    verifierKey: formatVerifierKey(key),
    grow: async (treeSize) => {
      const lease = await stores.logs.lease('records');
      for (let from = (await stores.logs.head('records'))?.treeSize ?? 0; from < treeSize; from += batch) {
        const count = Math.min(batch, treeSize - from);
        const entries = Array.from({ length: count }, (_, at): LogEntry => {
          const leafIndex = from + at;
          return { handle: `h${leafIndex}`, versionId: 1, entry: entryOf(leafIndex) };
        });
        await stores.logs.append(lease, entries, integrate);
      }
      const head = await stores.logs.head('records');
      const tree = head === undefined || head.treeSize === 0 ? emptyTree : parseTree(head.state);
      const text = formatCheckpoint({ origin, treeSize, rootHash: rootHash(sha256, tree), extensions: [] });
      await stores.logs.publishCheckpoint(lease, { treeSize, note: await signNote(text, key, sign) });
    },
    tamper: (changed) => {
      change = changed;
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
};

const listen = async (
  cosignatures: CosignatureStore,
  logs: Pick<LogStore, 'checkpoint' | 'anchored' | 'readTile'>,
): Promise<Server> => {
  const cache = openMemoryCache({ maxBytes: 0, now: () => performance.now() });
  const app = createBase({
    log: createLog({ service: 'strangers', level: 'silent' }),
    metrics: createMetrics({ service: 'strangers', version: '0', clock: systemClock }),
    ready: [],
    mount: (base) => base.use('/log/records', createLogRouter({ logs, cosignatures, cache, origin }, 'records')),
  });
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
};

/** A sandbox in this process, with all that it tells: log lines, spans, metrics. */
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TrustFile } from '@chartseal/client';
import { findRunningPostgres } from '@chartseal/embedded';
import type { Ledger } from '@chartseal/ports';
import { createLog, traceInMemory } from '@chartseal/server';
import { Client } from 'pg';
import { composeSandbox } from '../../services/gateway/src/compose.ts';
import { sandboxConfig } from '../../services/gateway/src/config.ts';
import { layout } from '../../services/gateway/src/layout.ts';
import { writeSandboxFiles } from '../../services/gateway/src/sandbox/sandbox.ts';
import { Caller, type Hospital, type Reachable, type Sandbox } from '../testing/caller.ts';

export type ObservedSandbox = AsyncDisposable &
  Reachable & {
    readonly lines: readonly string[];
    readonly spans: ReturnType<typeof traceInMemory>['spans'];
    readonly metrics: () => Promise<string>;
    /** Each row as JSON. */
    readonly rows: (table: string) => Promise<readonly string[]>;
    readonly folders: ReturnType<typeof layout>;
    /** Each hospital's own connection to the ledger. */
    readonly ledgers: Readonly<Record<Hospital, Ledger>>;
  };

export const openObservedSandbox = async (): Promise<ObservedSandbox> => {
  await using opening = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'chartseal-observed-'));
  opening.defer(() => rm(folder, { recursive: true, force: true }));
  // As root, PostgreSQL runs as an ordinary user, who has to pass through.
  await chmod(folder, 0o711);
  const dataDirectory = join(folder, 'data');
  const lines: string[] = [];
  const tracing = opening.use(traceInMemory('gateway'));
  const config = await sandboxConfig({
    GATEWAY_PORT: '0',
    GATEWAY_DATA_DIR: dataDirectory,
    ANCHOR_INTERVAL_MS: '100',
  });
  const log = createLog({
    service: 'gateway',
    level: 'trace',
    destination: { write: (line) => void lines.push(line) },
  });
  const gateway = opening.use(await composeSandbox(config, log));
  await writeSandboxFiles(gateway, dataDirectory);
  const read = async <T>(name: string): Promise<T> =>
    JSON.parse(await readFile(join(dataDirectory, name), 'utf8')) as T;
  const sandbox = await read<Sandbox>('sandbox.json');
  const trust = await read<TrustFile>('trust.json');
  const caller = new Caller(
    () => sandbox,
    () => lines.slice(-5).join(''),
  );
  const folders = layout(dataDirectory);
  const client = new Client(await findRunningPostgres(folders.postgres));
  await client.connect();
  opening.defer(() => client.end());
  const stack = opening.move();
  return {
    sandbox,
    trust,
    ledgers: gateway.ledger.connections,
    lines,
    folders,
    spans: () => tracing.spans(),
    metrics: async () => (await fetch(`${gateway.baseUrl}/metrics`)).text(),
    rows: async (table) =>
      (await client.query<{ row: string }>(`select row_to_json(t)::text as row from ${table} t`)).rows.map(
        ({ row }) => row,
      ),
    send: (...request) => caller.send(...request),
    token: (...asked) => caller.token(...asked),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
};

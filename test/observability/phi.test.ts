/** Law 4: no PHI outside the store. Known PHI goes in by every door; whatever came out of the process is searched for it. */
import { deepEqual, ok } from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, mock } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TrustFile } from '@chartseal/client';
import { findRunningPostgres } from '@chartseal/embedded';
import { createLog, traceInMemory } from '@chartseal/server';
import { Client } from 'pg';
import { composeSandbox } from '../../services/gateway/src/compose.ts';
import { sandboxConfig } from '../../services/gateway/src/config.ts';
import { layout } from '../../services/gateway/src/layout.ts';
import { writeSandboxFiles } from '../../services/gateway/src/sandbox/sandbox.ts';
import { Caller, type Reachable, type Sandbox } from '../testing/caller.ts';
import { assertAbsent, findPlanted, planted, spellings, type Source } from './planted-phi.ts';
import { plantPhi } from './plant-phi.ts';

/** Tables of which something leaves the store: events, outbox, and what the public log is made of. */
const outgoing = [
  'outbox',
  'event',
  'topic',
  'consumer_group',
  'leaf',
  'tile',
  'checkpoint',
  'anchored_checkpoint',
  'log_writer',
  'lease',
];

const dump = async (postgres: string, tables: readonly string[]): Promise<readonly Source[]> => {
  const client = new Client(await findRunningPostgres(postgres));
  await client.connect();
  try {
    const dumped: Source[] = [];
    for (const table of tables) {
      const { rows } = await client.query<{ row: string }>(`select row_to_json(t)::text as row from ${table} t`);
      dumped.push({ name: `table ${table}`, content: rows.map(({ row }) => row).join('\n') || '(no rows)' });
    }
    return dumped;
  } finally {
    await client.end();
  }
};

const filesBelow = async (folder: string): Promise<readonly Source[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return Promise.all(files.map(async (name) => ({ name, content: await readFile(name) })));
};

/** What is written past the logger. */
const writtenPast = (): (() => string) => {
  const streams = [mock.method(process.stderr, 'write'), mock.method(process.stdout, 'write')];
  return () =>
    streams
      .flatMap(({ mock: { calls } }) => calls.map(({ arguments: [chunk] }) => Buffer.from(chunk as string).toString()))
      .join('');
};

describe('PHI that clients send', () => {
  const stack = new AsyncDisposableStack();
  const lines: string[] = [];
  let sources: readonly Source[];
  let stored: readonly Source[];
  let answered: number;

  before(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'chartseal-phi-'));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    // As root, PostgreSQL runs as an ordinary user, who has to pass through.
    await chmod(folder, 0o711);
    const dataDirectory = join(folder, 'data');
    const past = writtenPast();
    const tracing = stack.use(traceInMemory('gateway'));
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
    const gateway = stack.use(await composeSandbox(config, log));
    const sandbox = (await writeSandboxFiles(gateway, dataDirectory)) as unknown as Sandbox;
    const trust = JSON.parse(await readFile(join(dataDirectory, 'trust.json'), 'utf8')) as TrustFile;
    const caller = new Caller(
      () => sandbox,
      () => lines.slice(-5).join(''),
    );
    const reachable: Reachable = {
      sandbox,
      trust,
      send: (...request) => caller.send(...request),
      token: (...asked) => caller.token(...asked),
    };
    answered = await plantPhi(reachable);
    // Until the last of it is relayed, sequenced and anchored.
    await sleep(1500);
    const base = sandbox.fhirBaseUrl.replace(/\/fhir$/, '');
    const metrics = await (await fetch(`${base}/metrics`)).text();
    const { postgres, ledger } = layout(dataDirectory);
    sources = [
      { name: 'log', content: lines.join('') },
      { name: 'metrics', content: metrics },
      {
        name: 'spans',
        content: JSON.stringify(
          tracing
            .spans()
            .map(({ name, attributes, events, links, status }) => ({ name, attributes, events, links, status })),
        ),
      },
      { name: 'standard output and error', content: past() || '(nothing)' },
      { name: 'log of PostgreSQL', content: await readFile(join(postgres, 'postgres.log')) },
      ...(await dump(postgres, outgoing)),
      ...(await filesBelow(ledger)),
    ];
    stored = await dump(postgres, ['version']);
  });
  after(async () => {
    mock.restoreAll();
    await stack.disposeAsync();
  });

  it('is in the store, so that the search would find it', () => {
    deepEqual(
      [...new Set(findPlanted(stored).map((leak) => leak.planted))].toSorted(),
      Object.keys(planted).toSorted(),
    );
    ok(answered > 500);
  });

  it('is in nothing else: no log line, metric, span, event, ledger file, nor PostgreSQL’s own log', () => {
    const size = (name: string): number => sources.find((source) => source.name === name)?.content.length ?? 0;
    ok(size('log') > 100_000 && size('metrics') > 5000 && size('spans') > 100_000 && size('table event') > 10_000);
    assertAbsent(sources);
  });

  it('has its correlation id in each line of a request, and its trace', () => {
    const told = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ msg }) => msg === 'request');
    ok(told.length > 500);
    for (const { requestId, traceId, route } of told) {
      ok(/^[0-9a-f-]{36}$/.test(String(requestId)), String(route));
      ok(String(route).startsWith('/') || route === '(none)');
      ok(/^[0-9a-f]{32}$/.test(String(traceId)) || String(route).startsWith('/health') || route === '/metrics');
    }
  });
});

describe('The search for PHI', () => {
  it('finds a text however it is spelled, wherever it stands', () => {
    for (const [name, text] of Object.entries(planted)) {
      for (const spelling of spellings(text)) {
        deepEqual(findPlanted([{ name: 's', content: `x${spelling}y` }], { [name]: text }).length > 0, true);
      }
      for (const before of ['', 'a', 'ab']) {
        const content = Buffer.from(`${before}${text} after`).toString('base64');
        ok(
          findPlanted([{ name: 's', content }], { [name]: text }).length > 0,
          `${name} in base64 after ${before.length}`,
        );
      }
    }
  });
});

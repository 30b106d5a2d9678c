/** Law 4: no PHI outside the store. Known PHI goes in by every door; whatever came out of the process is searched for it. */
import { deepEqual, ok } from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it, mock } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openObservedSandbox, type ObservedSandbox } from './observed-sandbox.ts';
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

const dump = async (gateway: ObservedSandbox, tables: readonly string[]): Promise<readonly Source[]> => {
  const dumped: Source[] = [];
  for (const table of tables) {
    dumped.push({ name: `table ${table}`, content: (await gateway.rows(table)).join('\n') || '(no rows)' });
  }
  return dumped;
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
  let gateway: ObservedSandbox;
  let sources: readonly Source[];
  let stored: readonly Source[];
  let answered: number;

  before(async () => {
    const past = writtenPast();
    gateway = await openObservedSandbox();
    answered = await plantPhi(gateway);
    // Until the last of it is relayed, sequenced and anchored.
    await sleep(1500);
    const spans = gateway
      .spans()
      .map(({ name, attributes, events, links, status }) => ({ name, attributes, events, links, status }));
    sources = [
      { name: 'log', content: gateway.lines.join('') },
      { name: 'metrics', content: await gateway.metrics() },
      { name: 'spans', content: JSON.stringify(spans) },
      { name: 'standard output and error', content: past() || '(nothing)' },
      { name: 'log of PostgreSQL', content: await readFile(join(gateway.folders.postgres, 'postgres.log')) },
      ...(await dump(gateway, outgoing)),
      ...(await filesBelow(gateway.folders.ledger)),
    ];
    stored = await dump(gateway, ['version']);
  });
  after(async () => {
    mock.restoreAll();
    await gateway[Symbol.asyncDispose]();
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
    const told = gateway.lines
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

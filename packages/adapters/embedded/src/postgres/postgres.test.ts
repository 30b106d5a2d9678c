import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { isKind } from '@chartseal/ports';
import { Client } from 'pg';
import type { ConnectionSettings, EmbeddedPostgres } from './index.ts';
import { openEmbeddedPostgres } from './index.ts';
import { isRunning, readPostmasterFile } from './postmaster.ts';

const holder = fileURLToPath(new URL('../testing/hold-data-directory.ts', import.meta.url));
const folders: string[] = [];

async function newFolder(...below: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'chartseal-test-'));
  await chmod(folder, 0o711);
  folders.push(folder);
  return join(folder, ...below, 'postgres');
}

const open = (dataDirectory: string): Promise<EmbeddedPostgres> =>
  openEmbeddedPostgres({ dataDirectory, log: () => {} });

async function query(settings: ConnectionSettings, sql: string): Promise<unknown[]> {
  const client = new Client({ ...settings });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function startGateway(dataDirectory: string): Promise<{ gateway: ChildProcess; connection: ConnectionSettings }> {
  const gateway = spawn(process.execPath, [holder, dataDirectory], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(gateway.stdout, 'data')) as [Buffer];
  const { connection } = JSON.parse(line.toString()) as { connection: ConnectionSettings };
  return { gateway, connection };
}

const killWhole = async (gateway: ChildProcess): Promise<void> => {
  const gone = once(gateway, 'exit');
  process.kill(-gateway.pid!, 'SIGKILL');
  await gone;
};

const pidOf = async (dataDirectory: string): Promise<number> =>
  (await readPostmasterFile(join(dataDirectory, 'cluster')))!.pid;

after(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

describe('embedded PostgreSQL', () => {
  it('listens on its socket alone, durable, in C and UTF8, and only for the users of this gateway', async () => {
    const directory = await newFolder();
    const postgres = await open(directory);
    const rows = await query(
      postgres.connection,
      `select name, setting from pg_settings where name in ('listen_addresses', 'fsync', 'synchronous_commit',
       'full_page_writes', 'data_checksums', 'lc_collate', 'server_encoding', 'max_connections') order by name`,
    );
    const settings = Object.fromEntries(
      (rows as { name: string; setting: string }[]).map((row) => [row.name, row.setting]),
    );
    deepEqual(settings, {
      data_checksums: 'on',
      fsync: 'on',
      full_page_writes: 'on',
      listen_addresses: '',
      max_connections: '60',
      server_encoding: 'UTF8',
      synchronous_commit: 'on',
    });
    equal((await stat(postgres.connection.host)).mode & 0o777, 0o700);
    match(
      await readFile(join(directory, 'cluster', 'pg_hba.conf'), 'utf8'),
      /^local all postgres,chartseal peer map=chartseal\n$/,
    );
    await postgres.close({ stop: true });
  });

  it('never runs as root', async () => {
    const directory = await newFolder();
    const postgres = await open(directory);
    const { uid } = await stat(join(directory, 'cluster'));
    ok(uid !== 0);
    if (userInfo().uid !== 0) equal(uid, userInfo().uid);
    await postgres.close({ stop: true });
  });

  it('writes no statement and no value to its log', async () => {
    const directory = await newFolder();
    const postgres = await open(directory);
    await query(postgres.connection, 'create table t (id text primary key)');
    await query(postgres.connection, `insert into t values ('MRN-4711')`);
    await rejects(query(postgres.connection, `insert into t values ('MRN-4711')`));
    await postgres.close({ stop: true });
    const log = await readFile(join(directory, 'postgres.log'), 'utf8');
    ok(!log.includes('MRN-4711'));
    ok(!log.includes('insert'));
  });

  it('copies a template', async () => {
    const postgres = await open(await newFolder());
    const template = await postgres.createDatabase('template_one');
    await query(template, 'create table t as select 42 as answer');
    deepEqual(await query(await postgres.createDatabase('copy_one', 'template_one'), 'select answer from t'), [
      { answer: 42 },
    ]);
    await postgres.close({ stop: true });
  });

  it('uses a folder under the temporary one where the socket has too long a path', async () => {
    const directory = await newFolder('d'.repeat(60), 'e'.repeat(60));
    const first = await open(directory);
    ok(!first.connection.host.startsWith(directory));
    equal((await stat(first.connection.host)).mode & 0o777, 0o700);
    await first.close({ stop: true });
    const second = await open(directory);
    equal(second.connection.host, first.connection.host);
    deepEqual(await query(second.connection, 'select 1 as one'), [{ one: 1 }]);
    await second.close({ stop: true });
    await rm(second.connection.host, { recursive: true });
  });

  it('refuses a second gateway, in this process and in another', async () => {
    const directory = await newFolder();
    const postgres = await open(directory);
    await rejects(open(directory), (error) => isKind(error, 'fenced') && error.message.includes(directory));
    await postgres.close();
    const { gateway } = await startGateway(directory);
    await rejects(open(directory), (error) => isKind(error, 'fenced'));
    await killWhole(gateway);
    const next = await open(directory);
    equal(next.origin, 'adopted');
    await next.close({ stop: true });
  });

  it('adopts the PostgreSQL that a closed gateway left', async () => {
    const directory = await newFolder();
    await (await open(directory)).close();
    const pid = await pidOf(directory);
    const second = await open(directory);
    equal(second.origin, 'adopted');
    equal(await pidOf(directory), pid);
    await second.close({ stop: true });
    ok(!isRunning(pid));
  });

  const kills: readonly (readonly [
    string,
    'adopted' | 'started',
    (gateway: ChildProcess, postmaster: number) => Promise<void>,
  ])[] = [
    [
      'the gateway',
      'adopted',
      async (gateway) => {
        const gone = once(gateway, 'exit');
        gateway.kill('SIGKILL');
        await gone;
      },
    ],
    ['its process group', 'adopted', killWhole],
    [
      'all of it',
      'started',
      async (gateway, postmaster) => {
        process.kill(postmaster, 'SIGKILL');
        await killWhole(gateway);
      },
    ],
    [
      'the gateway, with PostgreSQL told to stop',
      'started',
      async (gateway, postmaster) => {
        await killWhole(gateway);
        process.kill(postmaster, 'SIGTERM');
        process.kill(postmaster, 'SIGINT');
      },
    ],
  ];
  for (const [what, origin, kill] of kills)
    it(`opens again within seconds after kill -9 of ${what}, and has lost nothing`, async () => {
      const directory = await newFolder();
      const { gateway, connection } = await startGateway(directory);
      await query(connection, 'create table kept as select 42 as answer');
      const idle = new Client({ ...connection });
      idle.on('error', () => {});
      await idle.connect();
      await kill(gateway, await pidOf(directory));
      const started = Date.now();
      const next = await open(directory);
      ok(Date.now() - started < 8000);
      equal(next.origin, origin);
      deepEqual(await query(next.connection, 'select answer from kept'), [{ answer: 42 }]);
      await next.close({ stop: true });
    });

  it('starts PostgreSQL again when it alone is killed', async () => {
    const directory = await newFolder();
    const postgres = await open(directory);
    const pid = await pidOf(directory);
    process.kill(pid, 'SIGKILL');
    for (
      const deadline = Date.now() + 10_000;
      Date.now() < deadline;
      await new Promise((done) => setTimeout(done, 50))
    ) {
      const rows = await query(postgres.connection, 'select 1 as one').catch(() => []);
      if (rows.length === 1) break;
    }
    ok((await pidOf(directory)) !== pid);
    await postgres.close({ stop: true });
  });

  it('removes the file of a postmaster whose process id is a stranger’s by now', async () => {
    const directory = await newFolder();
    await (await open(directory)).close({ stop: true });
    const user = (await stat(join(directory, 'cluster'))).uid;
    const stranger = spawn('sleep', ['60'], userInfo().uid === 0 ? { uid: user } : {});
    await writeFile(join(directory, 'cluster', 'postmaster.pid'), `${stranger.pid!}\n`);
    await appendFile(
      join(directory, 'cluster', 'postmaster.pid'),
      `${directory}/cluster\n1\n5432\n${directory}/run\n\n\nready   \n`,
    );
    const next = await open(directory);
    equal(next.origin, 'started');
    stranger.kill();
    await next.close({ stop: true });
  });

  it('lays out a cluster wholly or not at all', async () => {
    const directory = await newFolder();
    const { gateway } = await startGateway(directory).catch(() => ({ gateway: undefined }));
    if (gateway !== undefined) await killWhole(gateway);
    await (await open(directory)).close({ stop: true });
    await rm(join(directory, 'cluster'), { recursive: true });
    await mkdir(join(directory, 'cluster.new-1', 'half'), { recursive: true });
    const next = await open(directory);
    equal(next.origin, 'started');
    await rejects(stat(join(directory, 'cluster.new-1')));
    await next.close({ stop: true });
  });

  it('names the folder that PostgreSQL’s user cannot enter', { skip: userInfo().uid !== 0 }, async () => {
    const directory = await newFolder('closed');
    await mkdir(join(directory, '..'), { mode: 0o700 });
    await rejects(
      open(directory),
      (error) => isKind(error, 'misconfigured') && error.message.includes(join(directory, '..')),
    );
  });
});

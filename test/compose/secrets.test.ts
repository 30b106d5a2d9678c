/** infra/compose/make-secrets and package-chaincode make what docker-compose.yml mounts. */
import { deepEqual, equal, match } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { composeFile, root, services } from './compose-file.ts';

const run = promisify(execFile);
let folder = '';
const make = (script: string, ...args: readonly string[]): Promise<{ readonly stdout: string }> =>
  run(`${root}infra/compose/${script}`, args, {
    env: { ...process.env, SECRETS_DIR: join(folder, 'secrets'), CHAINCODE_DIR: join(folder, 'chaincode') },
  });

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chartseal-secrets-'));
  await make('make-secrets', 'demo');
});
after(() => rm(folder, { recursive: true, force: true }));

void test('every secret of the demo is made, once, in a folder that its owner alone may enter', async () => {
  const used = services
    .filter(([, { profiles }]) => profiles.includes('demo'))
    .flatMap(([, { secrets = [] }]) => secrets)
    .map((secret) => composeFile.secrets[typeof secret === 'string' ? secret : secret.source]?.file ?? '');
  const paths = [...new Set(used)].map((file) => file.replace(/^\$\{[^}]*\}/, join(folder, 'secrets')));
  deepEqual(
    paths.filter((path) => !existsSync(path)),
    [],
  );
  equal((await stat(join(folder, 'secrets'))).mode & 0o077, 0);
  const all = (): Promise<string[]> => Promise.all(paths.map((path) => readFile(path, 'utf8')));
  const before = await all();
  await make('make-secrets', 'demo');
  deepEqual(await all(), before);
  const passwords = paths.filter((path) => path.endsWith('-password'));
  equal(new Set(await Promise.all(passwords.map((path) => readFile(path, 'utf8')))).size, passwords.length);
});

void test('each server’s certificate is its authority’s, and for the name by which it is called', async () => {
  const certificate = async (path: string): Promise<X509Certificate> =>
    new X509Certificate(await readFile(join(folder, 'secrets', path)));
  for (const [path, authority, name] of [
    ['hospital-a/postgres.pem', 'hospital-a/engines-ca.pem', 'postgres'],
    ['hospital-b/redis.pem', 'hospital-b/engines-ca.pem', 'redis'],
    ['hospital-a/chaincode.pem', 'hospital-a/chaincode-ca.pem', 'chaincode-1'],
    ['hospital-b/proxy.pem', 'hospital-b/proxy-ca.pem', 'localhost'],
    ['hospital-a/peer-tls.pem', 'hospital-a/tls-ca.pem', 'peer0.hospital-a.chartseal.test'],
    ['orderers/orderer-tls.pem', 'orderers/tls-ca.pem', 'orderer0.orderers.chartseal.test'],
    ['kafka/broker.pem', 'kafka/ca.pem', 'kafka'],
  ] as const) {
    const own = await certificate(path);
    equal(own.verify((await certificate(authority)).publicKey), true, path);
    equal(own.checkHost(name), name, path);
  }
});

void test('the chaincode’s package is the same bytes wherever it is made', async () => {
  const first = (await make('package-chaincode', '1')).stdout;
  await rm(join(folder, 'chaincode'), { recursive: true });
  equal((await make('package-chaincode', '1')).stdout, first);
  match(first, /^chartseal_1:[0-9a-f]{64}\n$/);
  const idOf = (server: number): Promise<string> =>
    readFile(join(folder, 'chaincode', `chaincode-${server}.env`), 'utf8');
  deepEqual([await idOf(1), await idOf(0)], [`CHAINCODE_ID=${first}`, `CHAINCODE_ID=${first}`]);
  const second = (await make('package-chaincode', '2')).stdout;
  deepEqual([await idOf(1), await idOf(0)], [`CHAINCODE_ID=${first}`, `CHAINCODE_ID=${second}`]);
});

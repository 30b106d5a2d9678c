import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { freeAddress, packageId } from './both-engines.ts';
import { newAuthority } from './certificates.ts';
import { playPeer } from './playing-peer.ts';

const main = join(import.meta.dirname, '../../services/chaincode/src/main.ts');

const start = (env: Readonly<Record<string, string>>) => {
  const child = spawn(process.execPath, [main], { env: { ...env, PATH: process.env['PATH'] ?? '' } });
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => printed.push(String(chunk)));
  return { child, printed };
};

it('the chaincode process serves its peer, prints JSON and nothing that it was sent, and ends well on SIGTERM', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'chartseal-chaincode-'));
  const authority = newAuthority('chaincode authority');
  const [server, client] = [authority.issue('chaincode'), authority.issue('peer')];
  const file = async (name: string, content: string) => {
    await writeFile(join(directory, name), content);
    return join(directory, name);
  };
  const address = await freeAddress();
  const { child, printed } = start({
    NODE_ENV: 'production',
    LOG_LEVEL: 'debug',
    CHAINCODE_SERVER_ADDRESS: address,
    CHAINCODE_ID: packageId,
    CHAINCODE_TLS_KEY_FILE: await file('key', server.key),
    CHAINCODE_TLS_CERT_FILE: await file('cert', server.cert),
    CHAINCODE_TLS_CLIENT_CA_FILE: await file('ca', authority.cert),
  });
  const ended = once(child, 'exit');
  await Promise.race([once(child.stdout, 'data'), ended]);
  const peer = await playPeer(address, { rootCa: authority.cert, ...client }, new Map());
  const planted = 'Jane Doe 1956-01-01';
  const invocation = {
    mspId: 'A',
    certificate: newAuthority('A').issue('user').cert,
    timestamp: new Date().toISOString(),
  };
  for (const transaction of ['directory:Found', `directory:${planted}`, planted]) {
    const transactionId = randomBytes(32).toString('hex');
    const { status } = await peer.invoke({ ...invocation, transactionId, transaction, args: [planted] });
    assert.equal(status, 500);
  }
  child.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
  peer.disconnect();
  const lines = printed.join('').trim().split('\n');
  assert.deepEqual(
    [lines.at(0), lines.at(-1)].map((line) => (JSON.parse(line ?? '') as { msg: string }).msg),
    ['ready', 'draining'],
  );
  for (const line of lines) assert.equal(typeof JSON.parse(line), 'object');
  assert.doesNotMatch(lines.join(''), /Jane|1956/);
});

it('the chaincode process refuses a wrong configuration with one message that names each variable', async () => {
  const { child, printed } = start({
    NODE_ENV: 'production',
    CHAINCODE_SERVER_ADDRESS: '127.0.0.1:1',
    CHAINCODE_ID: packageId,
  });
  assert.deepEqual(await once(child, 'exit'), [1, null]);
  assert.match(
    printed.join(''),
    /^CHAINCODE_TLS_KEY_FILE is missing.*\nCHAINCODE_TLS_CERT_FILE .*\nCHAINCODE_TLS_CLIENT_CA_FILE .*\n$/,
  );
});

import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { isKind } from '@chartseal/ports';
import { chaincodeConfig } from './config.ts';

const says =
  (...patterns: readonly RegExp[]) =>
  (error: unknown) =>
    isKind(error, 'misconfigured') && patterns.every((pattern) => pattern.test(error.message));

const id = `chartseal_1:${'a'.repeat(64)}`;
const basic = { CHAINCODE_SERVER_ADDRESS: '127.0.0.1:7777', CHAINCODE_ID: id };

const tlsFiles = async () => {
  const directory = await mkdtemp(join(tmpdir(), 'chartseal-chaincode-'));
  const file = async (name: string, content: string) => {
    await writeFile(join(directory, name), content);
    return join(directory, name);
  };
  return {
    CHAINCODE_TLS_KEY_FILE: await file('key', '-----BEGIN PRIVATE KEY-----'),
    CHAINCODE_TLS_CERT_FILE: await file('cert', '-----BEGIN CERTIFICATE-----'),
    CHAINCODE_TLS_CLIENT_CA_FILE: await file('ca', '-----BEGIN CERTIFICATE-----'),
  };
};

describe('the chaincode’s configuration', () => {
  it('takes the package id under either name', async () => {
    assert.equal((await chaincodeConfig(basic)).packageId, id);
    const { CHAINCODE_ID: _, ...rest } = basic;
    assert.equal((await chaincodeConfig({ ...rest, CORE_CHAINCODE_ID_NAME: id })).packageId, id);
    await assert.rejects(chaincodeConfig(rest), says(/CHAINCODE_ID is missing: set it to <label>:<hash>/));
    await assert.rejects(chaincodeConfig({}), says(/CHAINCODE_SERVER_ADDRESS is missing/));
  });

  it('refuses plaintext in production, and TLS that would let anybody in at all times', async () => {
    assert.equal((await chaincodeConfig(basic)).security.kind, 'plaintext');
    const production = { ...basic, NODE_ENV: 'production' };
    await assert.rejects(chaincodeConfig(production), says(/TLS_KEY_FILE is missing/, /CERT_FILE/, /CLIENT_CA_FILE/));
    const files = await tlsFiles();
    assert.equal((await chaincodeConfig({ ...production, ...files })).security.kind, 'mutual-tls');
    const { CHAINCODE_TLS_CLIENT_CA_FILE: _, ...oneSided } = files;
    await assert.rejects(chaincodeConfig({ ...basic, ...oneSided }), says(/^CHAINCODE_TLS_CLIENT_CA_FILE is missing/));
  });

  it('says of a file that cannot be used which variable names it', async () => {
    const files = await tlsFiles();
    const absent = { ...basic, ...files, CHAINCODE_TLS_KEY_FILE: '/nowhere' };
    await assert.rejects(chaincodeConfig(absent), says(/CHAINCODE_TLS_KEY_FILE names a file that cannot be read/));
    await writeFile(files.CHAINCODE_TLS_CERT_FILE, 'not PEM');
    await assert.rejects(chaincodeConfig({ ...basic, ...files }), says(/CHAINCODE_TLS_CERT_FILE .* not PEM/));
  });
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { isKind } from '@chartseal/ports';
import { serviceConfig } from './service-config.ts';

describe('a service’s configuration', () => {
  let folder: string;
  let right: Record<string, string>;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'chartseal-config-'));
    const file = (name: string, content: string): string => {
      writeFileSync(join(folder, name), content);
      return join(folder, name);
    };
    right = {
      ORGANIZATION_ID: 'hospital-a',
      PUBLIC_BASE_URL: 'https://gateway.hospital-a.example',
      LOG_ORIGIN: 'hospital-a.example/chartseal',
      POSTGRES_URL: 'postgresql://chartseal@db:5432/chartseal',
      POSTGRES_PASSWORD_FILE: file('password', 's3cret\n'),
      KEYRING_FILE: join(folder, 'keyring.json'),
      FABRIC_PEER_ENDPOINT: 'peer0:7051',
      FABRIC_TLS_CA_FILE: file('ca.pem', 'ca'),
      FABRIC_MSP_ID: 'HospitalAMSP',
      FABRIC_CERT_FILE: file('cert.pem', 'cert'),
      EMPTY: file('empty', '\n'),
    };
  });
  after(() => rmSync(folder, { recursive: true }));

  it('takes secrets out of files, and what is not named is not there', async () => {
    const { engines, ledger, listen } = await serviceConfig(right);
    assert.deepEqual(engines.store, {
      kind: 'postgres',
      url: 'postgresql://chartseal@db:5432/chartseal',
      password: 's3cret',
      ca: undefined,
    });
    assert.deepEqual([engines.events.kind, engines.cache.kind, engines.vault.kind], ['store', 'process', 'keyring']);
    assert.equal(engines.tls, 'optional');
    assert.deepEqual([ledger.hostname, ledger.channel, ledger.privateKey], ['peer0', 'chartseal', undefined]);
    assert.deepEqual(listen, { host: '127.0.0.1', port: 8080 });
  });

  it('asks for TLS everywhere in production', async () => {
    assert.equal((await serviceConfig({ ...right, NODE_ENV: 'production' })).engines.tls, 'required');
  });

  for (const [what, wrong, says] of [
    [
      'a URL with a password',
      { POSTGRES_URL: 'postgresql://u:s3cret@db/c' },
      /^POSTGRES_URL is wrong: set it to postgresql:/,
    ],
    ['no store', { POSTGRES_URL: '' }, /^POSTGRES_URL is missing: set it to postgresql:/],
    ['no vault', { KEYRING_FILE: '' }, /^KEYRING_FILE is missing: set it, or PKCS11_MODULE/],
    ['no ledger', { FABRIC_PEER_ENDPOINT: '' }, /^FABRIC_PEER_ENDPOINT is missing: set it to host:port/],
    ['a missing key file', { FABRIC_KEY_FILE: '/nowhere/key.pem' }, /^FABRIC_KEY_FILE .*\(ENOENT\): check its path/],
    ['half a login', { KAFKA_BROKERS: 'k:9092', KAFKA_SASL_MECHANISM: 'plain' }, /^KAFKA_USERNAME is missing/],
    ['half an HSM', { PKCS11_MODULE: '/lib/hsm.so' }, /^PKCS11_TOKEN_LABEL is missing: PKCS11_MODULE asks/],
    ['a base URL with a slash at its end', { PUBLIC_BASE_URL: 'https://a.example/' }, /^PUBLIC_BASE_URL is wrong/],
    ['several at once', { HTTP_PORT: 'x', LOG_LEVEL: 'loud' }, /HTTP_PORT is wrong.*\nLOG_LEVEL is wrong/],
  ] as const)
    it(`names what is wrong and what to do: ${what}`, async () => {
      await assert.rejects(serviceConfig({ ...right, ...wrong }), (error) => {
        assert.ok(isKind(error, 'misconfigured'));
        assert.match(error.message, says);
        assert.doesNotMatch(error.message, /s3cret/);
        return true;
      });
    });

  it('takes an empty secret for a mistake', async () => {
    const wrong = { ...right, POSTGRES_PASSWORD_FILE: right['EMPTY'] };
    await assert.rejects(serviceConfig(wrong), /POSTGRES_PASSWORD_FILE names a file that is empty/);
  });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isKind } from '@chartseal/ports';
import { modeOf, sandboxConfig } from './config.ts';

describe('the sandbox’s configuration', () => {
  it('has a default for everything', async () => {
    const { engines, ...config } = await sandboxConfig({ GATEWAY_PORT: '' });
    assert.deepEqual(config, {
      listen: { host: '127.0.0.1', port: 8080 },
      dataDir: '.data',
      sampleData: 'load',
      certificateFiles: {},
      anchorIntervalMs: 1000,
      maxStalenessMs: 2000,
      answerStepMs: 25,
      breakGlassMs: 4 * 3_600_000,
      rateLimits: { other: 1000, own: 0 },
      trustedProxy: undefined,
      clientCertificates: 'off',
      logLevel: 'info',
      otlpEndpoint: undefined,
      upstream: undefined,
      imports: { directory: undefined, sources: [], uploadBytes: 1024 ** 3 },
    });
    assert.deepEqual(
      [engines.store.kind, engines.events.kind, engines.cache.kind, engines.vault.kind],
      ['embedded', 'store', 'process', 'keyring'],
    );
    assert.equal((await sandboxConfig({ GATEWAY_SAMPLE_DATA: '0' })).sampleData, 'skip');
  });

  it('lets the sandbox not start in production, and says what is missing', async () => {
    const isTold = (error: unknown): boolean =>
      isKind(error, 'misconfigured') &&
      [/Missing/, /POSTGRES_URL/, /FABRIC_PEER_ENDPOINT/, /KEYRING_FILE/].every((name) => name.test(error.message));
    await assert.rejects(sandboxConfig({ NODE_ENV: 'production' }), isTold);
  });

  it('is a hospital’s gateway as soon as a shared ledger is named', () => {
    assert.equal(modeOf({ FABRIC_PEER_ENDPOINT: '' }), 'sandbox');
    assert.equal(modeOf({ FABRIC_PEER_ENDPOINT: 'peer:7051' }), 'hospital');
  });
});

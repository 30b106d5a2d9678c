import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isKind } from '@chartseal/ports';
import { readEnv } from './env.ts';
import { renderEnvDocs } from './render-env-docs.ts';
import { SANDBOX_ENV, sandboxConfig } from './sandbox-config.ts';
import { textVariable } from './variables.ts';

const says =
  (...patterns: RegExp[]) =>
  (error: unknown) =>
    isKind(error, 'misconfigured') && patterns.every((pattern) => pattern.test(error.message));

describe('the configuration', () => {
  it('has a default for everything in the sandbox', () => {
    assert.deepEqual(sandboxConfig({ GATEWAY_PORT: '' }), {
      listen: { host: '127.0.0.1', port: 8080 },
      dataDir: '.data',
      sampleData: 'load',
      anchorIntervalMs: 1000,
      maxStalenessMs: 2000,
      logLevel: 'info',
    });
    assert.equal(sandboxConfig({ GATEWAY_SAMPLE_DATA: '0' }).sampleData, 'skip');
  });

  it('names every variable that is wrong and what to set it to, and repeats no value', () => {
    const env = { GATEWAY_PORT: '80x0', LOG_LEVEL: 'loud', CONSENT_MAX_STALENESS_MS: '-1', GATEWAY_DATA_DIR: 'fine' };
    assert.throws(
      () => sandboxConfig(env),
      says(
        /GATEWAY_PORT is wrong: set it to a whole number from 0 to 65535/,
        /LOG_LEVEL/,
        /CONSENT_MAX/,
        /^(?!.*(80x0|loud|DATA_DIR))/s,
      ),
    );
    const schema = { TOKEN: textVariable({ description: 'x', expects: 'a token' }) };
    assert.throws(() => readEnv(schema, {}), says(/TOKEN is missing: set it to a token/));
  });

  it('lets the sandbox not start in production, and says what is missing', () => {
    assert.throws(() => sandboxConfig({ NODE_ENV: 'production' }), says(/Missing/, /PostgreSQL/, /ledger/, /keys/));
  });

  it('is documented variable by variable', () => {
    const docs = renderEnvDocs(SANDBOX_ENV);
    for (const name of Object.keys(SANDBOX_ENV)) assert.ok(docs.includes(`| \`${name}\` | \``));
    assert.ok(docs.includes('`8080`'));
  });
});

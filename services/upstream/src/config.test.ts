import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { isKind } from '@chartseal/ports';
import { requiredUpstreamConfig, upstreamConfig } from './config.ts';

const base = { UPSTREAM_BASE_URL: 'https://ehr.example/fhir' };

describe('The configuration of the connector', () => {
  let folder = '';
  const file = async (name: string, content: string): Promise<string> => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chartseal-upstream-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('is none without an upstream, unless one is needed', async () => {
    equal(await upstreamConfig({}), undefined);
    await rejects(requiredUpstreamConfig({}), /UPSTREAM_BASE_URL is missing/);
  });

  it('reads types, and seconds as milliseconds', async () => {
    const config = await upstreamConfig({ ...base, UPSTREAM_TYPES: 'Patient,Observation', NODE_ENV: 'production' });
    const settings = { types: ['Patient', 'Observation'], pageSize: 100, intervalMs: 30_000, overlapMs: 60_000 };
    deepEqual([config?.settings, config?.authorization], [settings, { kind: 'none' }]);
  });

  it('knows each way to be known to the upstream', async () => {
    const UPSTREAM_TOKEN_FILE = await file('token', 'abc\n');
    deepEqual((await upstreamConfig({ ...base, UPSTREAM_TOKEN_FILE }))?.authorization, {
      kind: 'bearer',
      token: 'abc',
    });
    const key = { kty: 'EC', d: 'secret', kid: '1' };
    const smart = await upstreamConfig({
      ...base,
      UPSTREAM_TOKEN_URL: 'https://ehr.example/token',
      UPSTREAM_CLIENT_ID: 'gateway',
      UPSTREAM_KEY_FILE: await file('key', JSON.stringify(key)),
    });
    deepEqual(smart?.authorization, {
      kind: 'backend-services',
      tokenUrl: 'https://ehr.example/token',
      clientId: 'gateway',
      scope: 'system/*.rs',
      key,
    });
  });

  it('is refused with the name of what is wrong, and never with what it holds', async () => {
    const secret = await file('secret', 'top secret');
    const token = { UPSTREAM_TOKEN_URL: 'https://ehr.example/token', UPSTREAM_CLIENT_ID: 'gateway' };
    for (const [env, name] of [
      [{ UPSTREAM_BASE_URL: 'http://ehr.example/fhir', NODE_ENV: 'production' }, 'UPSTREAM_BASE_URL'],
      [{ ...token, UPSTREAM_TOKEN_URL: 'http://ehr.example/token', NODE_ENV: 'production' }, 'UPSTREAM_TOKEN_URL'],
      [{ UPSTREAM_BASE_URL: 'https://user:pass@ehr.example/fhir' }, 'UPSTREAM_BASE_URL'],
      [{ UPSTREAM_BASE_URL: 'https://ehr.example/fhir/' }, 'UPSTREAM_BASE_URL'],
      [{ UPSTREAM_TYPES: 'Patient,Nurse' }, 'UPSTREAM_TYPES'],
      [{ UPSTREAM_TOKEN_FILE: secret }, 'UPSTREAM_TOKEN_FILE'],
      [{ ...token, UPSTREAM_TOKEN_FILE: secret }, 'UPSTREAM_TOKEN_FILE'],
      [token, 'UPSTREAM_KEY_FILE'],
      [{ ...token, UPSTREAM_KEY_FILE: secret }, 'UPSTREAM_KEY_FILE'],
      [{ UPSTREAM_CA_FILE: join(folder, 'none') }, 'UPSTREAM_CA_FILE'],
    ] as const)
      await rejects(upstreamConfig({ ...base, ...env }), (error) => {
        ok(isKind(error, 'misconfigured'));
        ok(error.message.includes(name), error.message);
        ok(!/top secret|user:pass/.test(error.message), error.message);
        return true;
      });
  });
});

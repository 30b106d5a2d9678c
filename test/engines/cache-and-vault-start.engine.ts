/** A gateway’s start with Redis and an HSM: a mistake ends it with one message, an engine that is away does not. */
import { equal, match, ok } from 'node:assert/strict';
import { mkdtemp, rm, writeFile, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { after, before, describe, it } from 'node:test';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { skipWithout } from './available.ts';
import { freePorts, NativeEngine, type Variables } from './native-engine.ts';
import { wrongStart } from './wrong-start.ts';

describe('a start with Redis and an HSM', { skip: skipWithout('redis', 'softhsm') }, () => {
  const stack = new AsyncDisposableStack();
  let redis: NativeEngine;
  let right: Variables;
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chartseal-start-'));
    await chmod(folder, 0o711);
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    redis = stack.use(new NativeEngine('redis', `start-${process.pid}`, { REDIS_PORT: String(await freePorts(1)) }));
    const hsm = stack.use(new NativeEngine('softhsm', `start-${process.pid}`, {}));
    await Promise.all([redis.up(), hsm.up()]);
    right = { ...(await redis.environment()), ...(await hsm.environment()) };
    await writeFile(join(folder, 'wrong'), 'Wr0ngS3cret', { mode: 0o600 });
    await writeFile(join(folder, 'ca.pem'), rootCertificates[0] ?? '');
  });
  after(() => stack.disposeAsync());

  for (const [what, variable, value] of [
    ['a wrong password', 'REDIS_PASSWORD_FILE', 'wrong'],
    ['an authority that did not sign', 'REDIS_CA_FILE', 'ca.pem'],
    ['a wrong PIN', 'PKCS11_PIN_FILE', 'wrong'],
    ['a folder that is none', 'PKCS11_KEYRING_FILE', 'ca.pem/keyring'],
  ] as const)
    it(`ends with one message, which names ${variable}: ${what}`, async () => {
      const { status, said } = await wrongStart('gateway', {
        ...right,
        [variable]: join(folder, value),
        GATEWAY_PORT: '0',
        GATEWAY_SAMPLE_DATA: '0',
        GATEWAY_DATA_DIR: join(folder, 'data'),
      });
      equal(status, 1, said);
      match(said, new RegExp(variable));
      equal(said.trim().split('\n').length, 1, said);
      ok(!said.includes('Wr0ngS3cret'));
    });

  it('is ready while Redis is away, and uses it when it comes back', async () => {
    await redis.down();
    await using gateway = await GatewayProcess.start(right);
    const { origin } = new URL(gateway.sandbox.fhirBaseUrl);
    const ready = await fetch(`${origin}/health/ready`);
    equal(ready.status, 200, await ready.text());
    await redis.up();
    await redis.kill();
    equal((await fetch(`${origin}/health/ready`)).status, 200);
    match(await (await fetch(`${origin}/metrics`)).text(), /chartseal_cache_requests_total\{.*cache="tiles"/);
    equal(gateway.state, 'alive');
  });
});

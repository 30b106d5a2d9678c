import { deepEqual, equal } from 'node:assert/strict';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openStubUpstream, type StubUpstream } from '@chartseal/service-upstream/testing';
import { each } from '../testing/each.ts';
import { fsck } from '../testing/fsck.ts';
import { GatewayProcess } from '../testing/gateway-process.ts';

const patients = 900;
const rounds = 3;
const patience = 60_000;

const until = async (what: string, isSo: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + patience;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`not within ${patience} ms: ${what}`);
    await sleep(20);
  }
};

const searches = ({ asked }: StubUpstream): number => asked.filter((url) => url.startsWith('Patient?')).length;

it('kill -9 while an upstream is loaded loses no record and writes none twice', async () => {
  const upstream = await openStubUpstream(['Patient']);
  for (let at = 0; at < patients; at += 1) upstream.records.put('Patient', `p${at}`, `"multipleBirthInteger":${at}`);
  const environment = {
    UPSTREAM_BASE_URL: upstream.baseUrl,
    UPSTREAM_PAGE_SIZE: '10',
    UPSTREAM_REQUESTS_PER_SECOND: '50',
    UPSTREAM_INTERVAL_SECONDS: '1',
  };
  await using gateway = await GatewayProcess.start(environment);
  try {
    for (let round = 0; round < rounds; round += 1) {
      const before = searches(upstream);
      await until('it reads', () => searches(upstream) >= before + 15);
      await (round % 2 === 0 ? gateway.kill('SIGKILL') : gateway.killGroup());
      // What is changed while nobody reads.
      upstream.records.put('Patient', `p${round}`, '"active":false');
      await gateway.restart();
    }
    await until('all is loaded', async () => {
      const answer = await gateway.send('GET', `Patient/p${rounds - 1}`);
      return answer.text.includes('"active":false');
    });
    await each(Array.from({ length: patients }, (_, at) => at).slice(rounds), 8, async (at) => {
      const { status, text } = await gateway.send('GET', `Patient/p${at}`);
      equal(status, 200, `p${at}`);
      const { meta, multipleBirthInteger } = JSON.parse(text) as Record<string, unknown>;
      deepEqual([(meta as Record<string, unknown>)['versionId'], multipleBirthInteger], ['1', at]);
    });
    const metrics = new URL('/metrics', gateway.sandbox.fhirBaseUrl).href;
    await until('it says so', async () => {
      const { text } = await gateway.send('GET', metrics);
      return (
        /^chartseal_upstream_types_loading 0$/m.test(text) &&
        /^chartseal_upstream_lag_seconds\{type="Patient"\} \d/m.test(text)
      );
    });
    // Far fewer than to begin anew each time.
    equal(searches(upstream) < (rounds + 1) * (patients / 10), true);
    const { status, output } = await fsck(gateway.dataDirectory, gateway.environment);
    equal(status, 0, output);
  } finally {
    await upstream.close();
  }
});

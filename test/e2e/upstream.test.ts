import { equal, match } from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { GatewayProcess } from '../testing/gateway-process.ts';

const patience = 30_000;

/** What its own hospital reads, but for what each server says of its own version. */
const content = async (gateway: GatewayProcess, reference: string): Promise<string> => {
  const { status, text } = await gateway.send('GET', reference);
  return `${status} ${status === 200 ? text.replace(/"meta":\{[^}]*\}/, '') : ''}`;
};

it('a gateway takes over what another server has, is given and loses', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'chartseal-upstream-'));
  try {
    await using ehr = await GatewayProcess.start();
    const put = async (resource: { resourceType: string; id: string }, more = ''): Promise<void> => {
      const body = `${JSON.stringify(resource).slice(0, -1)}${more}}`;
      const { status, text } = await ehr.send('PUT', `${resource.resourceType}/${resource.id}`, { body });
      match(String(status), /^20[01]$/, text);
    };
    const observation = {
      resourceType: 'Observation',
      id: 'o',
      status: 'final',
      code: { text: 'a' },
      subject: { reference: `${ehr.sandbox.fhirBaseUrl}/Patient/p` },
    };
    await put({ resourceType: 'Patient', id: 'p' });
    await put(observation, ',"valueQuantity":{"value":1.10}');
    const { clientId, privateJwk, scope } = ehr.sandbox.clients['hospital-a'];
    await writeFile(join(folder, 'key.json'), JSON.stringify(privateJwk), { mode: 0o600 });
    await using gateway = await GatewayProcess.start({
      UPSTREAM_BASE_URL: ehr.sandbox.fhirBaseUrl,
      UPSTREAM_TOKEN_URL: ehr.sandbox.tokenUrl,
      UPSTREAM_CLIENT_ID: clientId,
      UPSTREAM_SCOPE: scope,
      UPSTREAM_KEY_FILE: join(folder, 'key.json'),
      UPSTREAM_TYPES: 'Patient,Observation',
      UPSTREAM_INTERVAL_SECONDS: '1',
      UPSTREAM_REQUESTS_PER_SECOND: '100',
    });
    const alike = async (reference: string, etag: string | null): Promise<void> => {
      const deadline = performance.now() + patience;
      const wanted = await content(ehr, reference);
      while ((await content(gateway, reference)) !== wanted) {
        if (performance.now() > deadline) throw new Error(`${reference} is not here as it is there`);
        await sleep(50);
      }
      const { headers } = await gateway.send('GET', reference);
      equal(headers.get('etag'), etag);
    };
    await alike('Patient/p', 'W/"1"');
    await alike('Observation/o', 'W/"1"');
    match(await content(gateway, 'Observation/o'), /"reference":"Patient\/p".*1\.10/);
    await put(observation, ',"valueQuantity":{"value":1.100}');
    await alike('Observation/o', 'W/"2"');
    equal((await ehr.send('DELETE', 'Observation/o')).status, 204);
    await alike('Observation/o', null);
    await alike('Patient/p', 'W/"1"');
  } finally {
    await rm(folder, { recursive: true });
  }
});

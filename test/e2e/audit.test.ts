/** A third party with nothing but a trust file follows a gateway's logs, mirrors them, and audits the mirror offline. */
import { equal, match, ok } from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { chartseal } from '../testing/chartseal.ts';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { createObservation, createPatient } from '../testing/patient.ts';

let gateway: GatewayProcess;
before(async () => {
  gateway = await GatewayProcess.start();
});
after(() => gateway[Symbol.asyncDispose]());

const trust = () => join(gateway.dataDirectory, 'trust.json');
const url = (log: string) => gateway.sandbox.fhirBaseUrl.replace(/fhir$/, `log/${log}`);
const audit = (log: string, ...more: readonly string[]) => chartseal(['audit', log, '--trust', trust(), ...more]);
const leaves = async (log: string): Promise<number> => Number(/ (\d+) leaves, /.exec((await audit(log)).output)?.[1]);

describe('chartseal audit', () => {
  it('finds both logs sound, and goes on from what was seen', async () => {
    const state = join(gateway.dataDirectory, '..', 'state.json');
    const first = await audit(url('records'), '--state', state);
    equal(first.status, 0, first.output);
    const patient = await createPatient(gateway);
    const { reference } = await createObservation(gateway, patient);
    equal((await gateway.send('GET', reference, { as: 'hospital-b' })).status, 404);
    for (const log of ['records', 'access']) while (!((await leaves(url(log))) >= 1)) await sleep(300);
    while (!((await leaves(url('records'))) >= 2)) await sleep(300);
    await sleep(2000);
    const next = await audit(url('records'), '--state', state, '--full');
    equal(next.status, 0, next.output);
    match(next.output, /^Sound: .* 2 leaves, .* on the ledger, in block \d+/);
    equal((await audit(url('access'))).status, 0);
  });

  it('audits a mirror with the gateway away, and tells what was altered', async () => {
    const mirror = join(gateway.dataDirectory, '..', 'mirror');
    const made = await chartseal(['log', 'export', mirror, '--url', url('records'), '--trust', trust()]);
    match(made.output, / 2 leaves, 2 of them new/);
    await gateway.kill('SIGTERM');
    const offline = await audit(mirror);
    equal(offline.status, 0, offline.output);
    const bundle = join(mirror, 'tile', 'entries', '000.p', '2');
    const bytes = await readFile(bundle);
    await writeFile(
      bundle,
      bytes.map((byte, at) => (at === 10 ? byte ^ 1 : byte)),
    );
    const altered = await audit(mirror);
    ok(altered.status !== 0);
    match(altered.output, /do not make the root that it signed/);
    const away = await audit(url('records'));
    ok(away.status !== 0);
    match(away.output, /cannot be read/);
  });
});

/** The commands by which somebody else speaks for a patient, as the runbook has them. */
import { equal, match } from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { chartseal } from '../testing/chartseal.ts';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { createObservation, createPatient } from '../testing/patient.ts';

let gateway: GatewayProcess;
let folder: string;
before(async () => {
  gateway = await GatewayProcess.start();
  folder = await mkdtemp(join(tmpdir(), 'chartseal-speaking-'));
});
after(async () => {
  await gateway[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** Its last line of standard output; what is said beside goes to standard error, before or after. */
const run = async (...args: readonly string[]): Promise<string> => {
  const { status, output } = await chartseal([...args]);
  equal(status, 0, output);
  return output;
};
const sandbox = (): readonly string[] => ['--sandbox', join(gateway.dataDirectory, 'sandbox.json')];
const line = (output: string, pattern: RegExp): string => pattern.exec(output)?.[0] ?? '';
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/m;
const asB = async (reference: string): Promise<number> =>
  (await gateway.send('GET', reference, { as: 'hospital-b' })).status;

it('a proxy is invited, accepts, is appointed, grants and is dismissed', async () => {
  const patient = await createPatient(gateway);
  const { reference } = await createObservation(gateway, patient);
  const file = (name: string): string => join(folder, name);
  const own = ['--key', file('patient.json'), ...sandbox()];
  const proxy = ['--key', file('proxy.json'), ...sandbox()];
  await run('patient', 'enroll', '--patient', patient, ...own);
  const invitation = await run('patient', 'proxy', 'invite', ...own);
  await writeFile(file('invitation'), line(invitation, /^\{.*\}$/m));
  const acceptance = await run('patient', 'proxy', 'accept', file('invitation'), '--key', file('proxy.json'));
  await writeFile(file('acceptance'), line(acceptance, /^\{.*\}$/m));
  const scope = ['--scope', 'grant', 'read', '--until', '2999-01-01T00:00:00Z'];
  const proxyId = line(await run('patient', 'proxy', 'appoint', file('acceptance'), ...scope, ...own), uuid);
  await run('patient', 'grant', '--to', 'hospital-b', '--purpose', 'TREAT', ...proxy);
  equal(await asB(reference), 200);
  match(await run('patient', 'consents', ...proxy), /hospital-b/);
  await run('patient', 'proxy', 'dismiss', proxyId, ...own);
  equal((await chartseal(['patient', 'grant', '--to', 'hospital-c', '--purpose', 'TREAT', ...proxy])).status, 1);
});

it('a registrar is added, grants by a form, and is removed', async () => {
  const patient = await createPatient(gateway);
  const { reference } = await createObservation(gateway, patient);
  const [key, form] = [join(folder, 'desk.json'), join(folder, 'form.pdf')];
  await writeFile(form, 'signed on paper');
  await run('registrar', 'add', 'desk-7', '--key', key, ...sandbox());
  const grant = ['registrar', 'grant', '--registrar', 'desk-7', '--key', key, '--form', form, '--patient', patient];
  await run(...grant, '--to', 'hospital-b', '--purpose', 'TREAT', ...sandbox());
  equal(await asB(reference), 200);
  await run('registrar', 'remove', 'desk-7', ...sandbox());
  equal((await chartseal([...grant, '--to', 'hospital-b', '--purpose', 'TREAT', ...sandbox()])).status, 1);
});

/** Break-glass (consent-semantics B13) on the whole gateway: who may, on the ledger before anything is released, seen by the patient, for a time. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { TokenError } from '@chartseal/client';
import type { SendOptions } from '../testing/caller.ts';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { createObservation, createPatient, enrolDevice } from '../testing/patient.ts';

const reason = 'found unconscious, zanamivir overdose suspected';
const emergency: SendOptions = { as: 'hospital-b', purpose: 'BTG', reason };

let gateway: GatewayProcess;
before(async () => {
  gateway = await GatewayProcess.start();
});
after(() => gateway[Symbol.asyncDispose]());

type Case = { readonly patient: string; readonly reference: string };
const newCase = async (): Promise<Case> => {
  const patient = await createPatient(gateway);
  return { patient, reference: (await createObservation(gateway, patient)).reference };
};
const ask = (path: string, options: SendOptions = emergency) => gateway.send('GET', path, options);

type Audited = { readonly text: string; readonly accesses: readonly string[] };
const audited = async (patient: string): Promise<Audited> => {
  const { text } = await gateway.send('GET', `AuditEvent?patient=${patient}&_count=200`);
  const accesses = [...text.matchAll(/"url":"breakGlass","valueString":"([0-9a-f-]{36})"/g)].map(([, id = '']) => id);
  return { text, accesses: [...new Set(accesses)] };
};

describe('An emergency', () => {
  it('is served of a patient who said nothing, or no, under one access that the patient sees with its reason', async () => {
    const { patient, reference } = await newCase();
    const device = await enrolDevice(gateway, patient);
    await device.grant({ to: 'hospital-b', purposes: ['TREAT'], type: 'deny' });
    equal((await ask(reference, { as: 'hospital-b' })).status, 404);
    const { status, text } = await ask(reference);
    equal(status, 200, text);
    match(text, /"code":"ETREAT"/);
    match(text, /"code":"NORDSCLCD"/);
    for (const path of [
      `Patient/${patient}`,
      `Patient/${patient}/$everything`,
      `Observation?patient=${patient}`,
      `Patient/${patient}/Observation`,
      `Patient?_id=${patient}`,
      `${reference}/_history/1`,
    ])
      equal((await ask(path)).status, 200, path);
    const { text: audit, accesses } = await audited(patient);
    equal(accesses.length, 1);
    ok(audit.includes(reason));
    match(audit, /"url":"reason","valueCode":"break-glass"/);
    const seen = JSON.stringify(await device.accessHistory());
    ok(seen.includes(reason) && seen.includes(accesses[0] ?? 'none'));
    equal((await ask(reference, { as: 'hospital-b' })).status, 404);
  });

  it('is not served of a patient who forbids it, nor of what is not there, and looks the same', async () => {
    const { patient, reference } = await newCase();
    const device = await enrolDevice(gateway, patient);
    await device.grant({ to: 'hospital-b', purposes: ['TREAT'] });
    await device.grant({ to: 'hospital-b', purposes: ['BTG'], type: 'deny' });
    const [forbidden, missing] = [await ask(reference), await ask('Observation/nothing')];
    deepEqual([forbidden.status, forbidden.text.length], [missing.status, missing.text.length]);
    equal(forbidden.status, 404);
    deepEqual((await audited(patient)).accesses, []);
    const frozen = await newCase();
    await (await enrolDevice(gateway, frozen.patient)).freeze();
    equal((await ask(frozen.reference)).status, 404);
  });

  it('names its patient: no search through a population', async () => {
    await newCase();
    for (const path of [
      'Patient',
      'Observation?code=x',
      'Patient?name=a',
      'Observation?patient=a,b',
      '_history',
      'Observation/_history',
      '?_type=Patient',
      'Patient?_has:Observation:patient:code=x',
    ])
      equal((await ask(path)).status, 403, path);
  });

  it('is for whom the directory allows it, and says why', async () => {
    const { reference } = await newCase();
    const refused = (error: unknown): boolean => error instanceof TokenError && error.status === 400;
    await rejects(ask(reference, { as: 'hospital-c', purpose: 'BTG', reason }), refused);
    await rejects(ask(reference, { as: 'hospital-b', purpose: 'BTG' }), refused);
    await rejects(ask(reference, { as: 'hospital-b', purpose: 'BTG', reason: '  ' }), refused);
    await rejects(ask(reference, { as: 'hospital-b', purpose: 'BTG', reason: 'x'.repeat(1001) }), refused);
  });

  it('leaves no word of the reason outside the store', async () => {
    const { readFile, readdir } = await import('node:fs/promises');
    const folder = `${gateway.dataDirectory}/ledger`;
    const files = await readdir(folder, { recursive: true, withFileTypes: true });
    const texts = await Promise.all(
      files.filter((file) => file.isFile()).map((file) => readFile(`${file.parentPath}/${file.name}`, 'latin1')),
    );
    ok(texts.join('').includes('BreakGlassOpened'));
    ok(!texts.join('').includes('zanamivir'));
  });
});

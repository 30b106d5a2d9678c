/** A store is set back to a backup: own reads alone, until it is recovered; what was lost is named, what was erased is erased again. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { verifyProof } from '@chartseal/client';
import { chartseal } from '../testing/chartseal.ts';
import { fsck } from '../testing/fsck.ts';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { createObservation, createPatient, enrolDevice, type Written } from '../testing/patient.ts';

type Recovered = {
  log: string;
  outcome: string;
  origin: string;
  storedSize: number;
  ledgerSize: number;
  lost: { origin: string; leafIndex: number; entryHex?: string }[];
  erasedAgain: number;
};

const environment: Record<string, string> = {};
let gateway: GatewayProcess;
let kept: Written;
let erased: string;
let lost: Written;
before(async () => {
  gateway = await GatewayProcess.start(environment);
});
after(() => gateway[Symbol.asyncDispose]());

const at = (...path: string[]) => join(gateway.dataDirectory, '..', ...path);
const store = () => join(gateway.dataDirectory, 'postgres');
const proofOf = async (reference: string, parameters = ''): Promise<unknown> => {
  for (const until = Date.now() + 20_000; ; await sleep(200)) {
    const { status, text } = await gateway.send('GET', `${reference}/$proof${parameters}`);
    if (status === 200) return JSON.parse(text);
    ok(status === 503 && Date.now() < until, `${status} ${text}`);
  }
};
/** With its owner, who is PostgreSQL's. */
const copy = (from: string, to: string) => promisify(execFile)('cp', ['-a', from, to]);
const stop = () => gateway.kill('SIGTERM');
/** The ledger is shared with others: nobody sets it back. */
const setBack = async (): Promise<void> => {
  await stop();
  await swap(store(), at('backup'));
  await gateway.restart();
};
const ledger = () => join(gateway.dataDirectory, 'ledger');
const swap = async (to: string, from: string): Promise<void> => {
  await rm(to, { recursive: true });
  await copy(from, to);
};
const read = async (reference: string, as?: 'hospital-b') =>
  (await gateway.send('GET', reference, as === undefined ? {} : { as })).status;
const recover = async (...args: string[]): Promise<readonly Recovered[]> => {
  await stop();
  const out = at('recovery.json');
  const ended = await chartseal(['recover', '--data', gateway.dataDirectory, '--out', out, ...args]);
  equal(ended.status, 0, ended.output);
  await gateway.restart();
  return JSON.parse(await readFile(out, 'utf8')) as Recovered[];
};
/** Of the newest checkpoint that is served. */
const signedSize = async (log = 'records'): Promise<number> => {
  const note = await (await fetch(gateway.sandbox.fhirBaseUrl.replace(/fhir$/, `log/${log}/checkpoint`))).text();
  return Number(note.split('\n')[1]);
};
/** The entries of what was read just now get their leaves a moment later; a mirror without them would be too short. */
const accessesSigned = async (): Promise<void> => {
  for (let size = -1, now = await signedSize('access'); size !== now; now = await signedSize('access')) {
    size = now;
    await sleep(2500);
  }
};
const stands = async (): Promise<void> => {
  const { status, text } = await gateway.send('POST', 'Patient', { body: '{"resourceType":"Patient"}' });
  equal(status, 201, text);
  await proofOf(`Patient/${(JSON.parse(text) as { id: string }).id}`);
  const checked = await fsck(gateway.dataDirectory);
  match(checked.output, /^clean/m);
};

describe('A store that was set back', () => {
  before(async () => {
    const patient = await createPatient(gateway);
    kept = await createObservation(gateway, patient);
    erased = await createPatient(gateway);
    await (await enrolDevice(gateway, patient)).grant({ to: 'hospital-b', purposes: ['TREAT'] });
    await proofOf(`Patient/${erased}`);
    await stop();
    await copy(store(), at('backup'));
    await gateway.restart();
    equal(await read(kept.reference, 'hospital-b'), 200);
    lost = await createObservation(gateway, patient, '2.20');
    equal((await gateway.send('POST', `Patient/${erased}/$erase`, { body: '' })).status, 200);
    await proofOf(`Patient/${erased}`, '?version=1');
    await proofOf(lost.reference);
    await accessesSigned();
    const trust = join(gateway.dataDirectory, 'trust.json');
    for (const log of ['records', 'access']) {
      const url = gateway.sandbox.fhirBaseUrl.replace(/fhir$/, `log/${log}`);
      const exported = await chartseal(['log', 'export', at(`mirror-${log}`), '--url', url, '--trust', trust]);
      equal(exported.status, 0, exported.output);
    }
  });

  const refusesAllButOwnReads = async (gap = /log has \d+ leaves here and \d+ on the ledger/): Promise<void> => {
    const written = await gateway.send('POST', 'Patient', { body: '{"resourceType":"Patient"}' });
    equal(written.status, 503);
    match(written.text, gap);
    equal(await read(kept.reference), 200);
    equal(await read(kept.reference, 'hospital-b'), 503);
    equal((await gateway.send('POST', `Patient/${erased}/$erase`, { body: '' })).status, 503);
  };

  it('serves its own hospital’s reads alone, and names the gap', async () => {
    await setBack();
    await refusesAllButOwnReads();
    equal(await read(`Patient/${erased}`), 200, 'the backup holds what was erased since');
  });

  it('goes on from a mirror, as the log that it was', async () => {
    const recovered = await recover('--mirror-records', at('mirror-records'), '--mirror-access', at('mirror-access'));
    const [records] = recovered;
    deepEqual(
      recovered.map(({ outcome }) => outcome),
      ['continued', 'continued'],
    );
    deepEqual(
      records?.lost.map(({ leafIndex }) => leafIndex),
      [3],
    );
    const proof = (
      await chartseal(['audit', at('mirror-records'), '--trust', join(gateway.dataDirectory, 'trust.json')])
    ).status;
    equal(proof, 0);
    equal(records?.erasedAgain, 1);
    equal(await read(`Patient/${erased}`), 410);
    equal(await read(lost.reference), 404);
    equal(await read(kept.reference, 'hospital-b'), 200);
    await stands();
  });

  it('goes on as a successor where there is no mirror, and what was proved before goes on to be', async () => {
    const before = await proofOf(kept.reference);
    await setBack();
    await refusesAllButOwnReads();
    const recovered = await recover();
    deepEqual(
      recovered.map(({ outcome }) => outcome),
      ['succeeded', 'succeeded'],
    );
    const [records] = recovered;
    equal(records?.lost.length, records!.ledgerSize - records!.storedSize);
    equal(await read(`Patient/${erased}`), 410);
    equal(await read(kept.reference, 'hospital-b'), 200);
    await stands();
    const proof = (await proofOf(kept.reference)) as { proof: string };
    match(proof.proof, /hospital-a\/records\/2\n/);
    for (const each of [before, proof]) equal((await verifyProof(each, gateway.trust)).outcome, 'proved');
    deepEqual(
      (await recover()).map(({ outcome }) => outcome),
      ['stood', 'stood'],
    );
  });

  it('is put right from the same backup again, of which the log has since been ended twice', async () => {
    await setBack();
    await refusesAllButOwnReads(/has ended on the ledger with \d+ leaves, where \S+\/2 goes on/);
    const [records] = await recover();
    deepEqual([records?.outcome, records?.origin.slice(-10)], ['succeeded', '/records/3']);
    deepEqual([...new Set(records?.lost.map(({ origin }) => origin.replace(/.*records/, '')))], ['', '/2']);
    equal(await read(`Patient/${erased}`), 410);
    await stands();
  });
});

describe('A copy of a store beside the first', () => {
  it('is refused, and taken for the log’s own by an operator’s word alone, without touching what the other one erased', async () => {
    await stop();
    await copy(store(), at('copy'));
    await copy(ledger(), at('ledger-of-copy'));
    await gateway.restart();
    const [otherErased] = [await createPatient(gateway), await createPatient(gateway)];
    await proofOf(`Patient/${otherErased}`);
    equal((await gateway.send('POST', `Patient/${otherErased}/$erase`, { body: '' })).status, 200);
    await proofOf(`Patient/${otherErased}`, '?version=1');
    await stop();
    await copy(store(), at('first'));
    await copy(ledger(), at('ledger'));
    // The copy writes on, and anchors nothing before the other does.
    await swap(store(), at('copy'));
    await swap(ledger(), at('ledger-of-copy'));
    environment['ANCHOR_INTERVAL_MS'] = String(3_600_000);
    await gateway.restart();
    const sizeBefore = await signedSize();
    const own = [await createPatient(gateway), await createPatient(gateway), await createPatient(gateway)];
    for (const until = Date.now() + 20_000; (await signedSize()) < sizeBefore + own.length; await sleep(200))
      ok(Date.now() < until);
    await stop();
    delete environment['ANCHOR_INTERVAL_MS'];
    await swap(ledger(), at('ledger'));
    await gateway.restart();
    const written = await gateway.send('POST', 'Patient', { body: '{"resourceType":"Patient"}' });
    equal(written.status, 503);
    match(written.text, /is not the one of which the ledger holds/);
    const [records] = await recover();
    equal(records?.outcome, 'succeeded');
    equal(records?.erasedAgain, 0);
    for (const id of own) equal(await read(`Patient/${id}`), 200);
    await stands();
    await stop();
    await swap(store(), at('first'));
    await gateway.restart();
    const first = await gateway.send('POST', 'Patient', { body: '{"resourceType":"Patient"}' });
    equal(first.status, 503);
    match(first.text, /has ended on the ledger/);
    equal(await read(`Patient/${own[0]}`), 404);
  });
});

/** What hospital-b was shown, carried to a verifier that has nothing but a trust file: the records, the search, and the decision. */
import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  decidesOn,
  proveBundle,
  verifyBundle,
  verifyDecision,
  verifyProof,
  type PatientDevice,
} from '@chartseal/client';
import { chartseal } from '../testing/chartseal.ts';
import type { Hospital } from '../testing/caller.ts';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { createObservation, createPatient, enrolDevice, type Written } from '../testing/patient.ts';

let gateway: GatewayProcess;
let patient: string;
let device: PatientDevice;
let observations: readonly Written[];
before(async () => {
  gateway = await GatewayProcess.start();
  patient = await createPatient(gateway);
  observations = [await createObservation(gateway, patient), await createObservation(gateway, patient, '2.50')];
  device = await enrolDevice(gateway, patient);
});
after(() => gateway[Symbol.asyncDispose]());

const prefer = { prefer: 'decision-receipt' };
const asB = (path: string, headers: Readonly<Record<string, string>> = prefer) =>
  gateway.send('GET', path, { as: 'hospital-b', headers });
const receiptsOf = (answer: { readonly headers: Headers }): readonly string[] =>
  (answer.headers.get('chartseal-receipt') ?? '').split(', ').filter((name) => name !== '');
const anchored = async (path: string, as: Hospital = 'hospital-b'): Promise<unknown> => {
  for (const until = Date.now() + 20_000; ; await sleep(200)) {
    const { status, text } = await gateway.send('GET', path, { as });
    if (status === 200) return JSON.parse(text);
    ok(status === 503 && Date.now() < until, `${status} ${text}`);
  }
};
type Json = Record<string, unknown>;
const faultOf = async (file: unknown): Promise<string> => {
  const verified = await verifyDecision(file, gateway.trust);
  return verified.outcome === 'refuted' ? `${verified.fault} ${verified.at ?? ''}`.trim() : 'decided';
};

describe('A disclosure', () => {
  let consentId: string;
  let receipt: string;
  let file: Json;
  it('comes with a receipt to whoever prefers one', async () => {
    const reference = observations[0]!.reference;
    deepEqual(receiptsOf(await asB(reference)), [], 'a refusal has none');
    ({ consentId } = await device.grant({ to: 'hospital-b', purposes: ['TREAT'] }));
    deepEqual(receiptsOf(await asB(reference, {})), []);
    const answer = await asB(reference);
    equal(answer.status, 200);
    [receipt = ''] = receiptsOf(answer);
    file = (await anchored(receipt)) as Json;
    const verified = await verifyDecision(file, gateway.trust);
    ok(verified.outcome === 'decided', JSON.stringify(verified));
    const { statement, log } = verified;
    match(log.origin, /\/access$/);
    deepEqual(
      [statement.custodian, statement.recipient, statement.purpose, statement.interaction],
      ['hospital-a', 'hospital-b', 'TREAT', 'read'],
    );
    const [decision] = statement.decisions;
    deepEqual(decision?.consents, [{ consentId, sequence: 1 }]);
    ok(
      !JSON.stringify(file).includes(patient) && !JSON.stringify(file).includes(observations[0]!.id),
      'no FHIR id leaves',
    );
    const proof = (await anchored(`${reference}/$proof`)) as { entry: string };
    equal((await verifyProof(proof, gateway.trust)).outcome, 'proved');
    ok(decidesOn(statement, proof.entry));
    const other = (await anchored(`${observations[1]!.reference}/$proof`)) as { entry: string };
    ok(!decidesOn(statement, other.entry));
  });

  it('is told of to nobody but whom it was made to, and the hospital itself', async () => {
    equal((await gateway.send('GET', receipt, { as: 'hospital-c' })).status, 404);
    equal((await gateway.send('GET', receipt)).status, 200);
    const [own] = receiptsOf(await gateway.send('GET', observations[0]!.reference, { headers: prefer }));
    equal(own, undefined);
    for (const wrong of ['$receipt/none', '$receipt/..%2F..', `$receipt/${'x'.repeat(65)}`])
      equal((await asB(wrong)).status, 404, wrong);
  });

  it('is refuted by the link that was altered', async () => {
    const second = receiptsOf(await asB(observations[1]!.reference))[0] ?? '';
    const other = (await anchored(second)) as Json;
    const statement = String(file['statement']);
    const proof = (await anchored(`${observations[0]!.reference}/$proof`)) as Json;
    const cases: readonly (readonly [Json, string])[] = [
      [{ ...file, statement: statement.replace('hospital-b', 'hospital-c') }, 'statement signature'],
      [{ ...file, statement: other['statement'] }, 'statement auditEntry'],
      [{ ...file, entry: other['entry'] }, 'inclusion'],
      [{ ...file, entry: proof['entry'], proof: proof['proof'] }, 'statement signature'],
      [{ ...file, network: '00'.repeat(32) }, 'network'],
      [{ ...file, receipt: { ...(file['receipt'] as Json), blockNumber: 1 } }, 'receipt unreadable'],
      [{ ...file, type: 'chartseal-proof/v1' }, 'malformed type'],
    ];
    for (const [altered, fault] of cases) equal(await faultOf(altered), fault);
    const logs = gateway.trust.logs.filter((key) => !key.includes('/decisions+'));
    equal((await verifyDecision(file, { ...gateway.trust, logs })).outcome, 'refuted');
  });

  it('of a search names every version, and each entry is proved by itself', async () => {
    const answer = await asB(`Observation?patient=Patient/${patient}`);
    equal(answer.status, 200);
    const [name = ''] = receiptsOf(answer);
    const verified = await verifyDecision(await anchored(name), gateway.trust);
    ok(verified.outcome === 'decided');
    const fetchProof = (record: string, version: string) => anchored(`${record}/$proof?version=${version}`);
    const proofs = (await proveBundle(Buffer.from(answer.text), fetchProof)) as Json;
    const bundle = await verifyBundle(proofs, gateway.trust);
    ok(bundle.outcome === 'bundle-proved', JSON.stringify(bundle));
    equal(bundle.entries.length, 2);
    for (const proof of proofs['proofs'] as { entry: string }[]) ok(decidesOn(verified.statement, proof.entry));
    const altered = Buffer.from(answer.text.replace('2.50', '2.51')).toString('base64');
    const refuted = await verifyBundle({ ...proofs, bundle: altered }, gateway.trust);
    ok(refuted.outcome === 'refuted' && refuted.at?.startsWith('Bundle.entry['));
    const [path, trust] = [join(gateway.dataDirectory, '..', 'proofs.json'), join(gateway.dataDirectory, 'trust.json')];
    await writeFile(path, JSON.stringify(proofs));
    match((await chartseal(['verify', path, '--trust', trust])).output, /2 of 2 entries are proved/);
    await writeFile(path, JSON.stringify(file));
    const said = await chartseal(['verify', path, '--trust', trust]);
    match(said.output, /hospital-a signed that it showed hospital-b, for TREAT/);
    equal(said.status, 0);
  });
});

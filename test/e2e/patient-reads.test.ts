/** What a patient's own device gets from the whole gateway, and checks offline: receipts, accesses with their proofs, an accounting, explanations. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  type ConsentServiceError,
  type PatientDevice,
  verifyDirectiveReceipt,
  verifyProof,
  type DirectiveReceiptVerification,
} from '@chartseal/client';
import { patientKeyOf } from '@chartseal/consent';
import { setTimeout as sleep } from 'node:timers/promises';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { createObservation, createPatient, enrolDevice } from '../testing/patient.ts';

const treat = { to: 'hospital-b', purposes: ['TREAT'] };

type Receipt = { consentId: string; consent: string; put: { receipt: object } };

let gateway: GatewayProcess;
let patient: string;
let device: PatientDevice;
let reference: string;
before(async () => {
  gateway = await GatewayProcess.start();
  patient = await createPatient(gateway);
  ({ reference } = await createObservation(gateway, patient));
  device = await enrolDevice(gateway, patient);
});
after(() => gateway[Symbol.asyncDispose]());

const asB = async (path = reference): Promise<number> => (await gateway.send('GET', path, { as: 'hospital-b' })).status;
const verified = async (receipt: unknown): Promise<DirectiveReceiptVerification> => {
  const { patient: handle, privateJwk } = device.state;
  return verifyDirectiveReceipt(receipt, gateway.trust, {
    patient: handle,
    publicKey: patientKeyOf(privateJwk).publicKey,
  });
};
/** As soon as it is on the ledger. */
const anchored = async (id: string): Promise<unknown> => {
  for (const until = Date.now() + 20_000; ; await sleep(200)) {
    try {
      return await device.accessProof(id);
    } catch (error) {
      if ((error as ConsentServiceError).status !== 503 || Date.now() > until) throw error;
    }
  }
};

describe('A receipt', () => {
  it('proves offline what was granted and that it ended, and nothing once anything in it was altered', async () => {
    const { consentId, transactionId } = await device.grant(treat);
    const granted = (await device.receipt(consentId)) as Receipt;
    const proof = await verified(granted);
    ok(proof.outcome === 'proved', JSON.stringify(proof));
    deepEqual([proof.put.transactionId, proof.put.signedBy, proof.revocation], [transactionId, 'this-key', undefined]);
    equal((JSON.parse(proof.consent ?? '{}') as { id?: string }).id, consentId);
    const other = (await device.receipt((await device.grant(treat)).consentId)) as Receipt;
    const wrong: readonly (readonly [object, string])[] = [
      [{ type: 'x' }, 'malformed'],
      [{ network: 'ab'.repeat(32) }, 'network'],
      [{ consent: other.consent }, 'commitment'],
      [{ consentId: other.consentId }, 'directive'],
      [{ put: { ...granted.put, receipt: other.put.receipt } }, 'receipt'],
      [{ put: { ...granted.put, receipt: { type: 'fabric' } } }, 'receipt-type'],
      [{ revocation: other.put }, 'directive'],
    ];
    for (const [change, fault] of wrong) {
      const refuted = await verified({ ...granted, ...change });
      deepEqual([refuted.outcome, refuted.outcome === 'refuted' && refuted.fault], ['refuted', fault], fault);
    }
    await device.revoke(consentId);
    const ended = await verified(await device.receipt(consentId));
    ok(ended.outcome === 'proved' && ended.revocation !== undefined, JSON.stringify(ended));
    const revoked = (await device.ownConsents()).find(({ consent }) => consent['id'] === consentId);
    deepEqual([revoked?.state, revoked?.consent['status']], ['revoked', 'inactive']);
    ok(Math.abs(Date.parse(revoked?.revokedAt ?? '') - Date.now()) < 60_000);
  });

  it('of an older key says so', async () => {
    const { consentId } = await device.grant(treat);
    await device.rotateKey();
    const proof = await verified(await device.receipt(consentId));
    ok(proof.outcome === 'proved', JSON.stringify(proof));
    equal(proof.put.signedBy, 'another-key');
    await device.revoke(consentId);
  });
});

describe('The access history', () => {
  it('has a proof for each entry, which an auditor can check', async () => {
    await device.grant(treat);
    equal(await asB(), 200);
    const events = await device.accessHistory(`ge${new Date(Date.now() - 60_000).toISOString()}`);
    const last = events.at(-1);
    ok(last !== undefined);
    const proof = await verifyProof(await anchored(String(last['id'])), gateway.trust);
    ok(proof.outcome === 'proved', JSON.stringify(proof));
    equal(proof.version.id, last['id']);
    deepEqual(await device.accessHistory('lt2020'), []);
  });

  it('and the accounting are of all Patients that the hospital has merged, and of nobody else', async () => {
    const twin = await createPatient(gateway);
    const stranger = await createPatient(gateway);
    const own = await createObservation(gateway, twin);
    const foreign = await createObservation(gateway, stranger);
    for (const each of [own, foreign]) await gateway.send('GET', each.reference);
    const told = async (): Promise<string> => JSON.stringify(await device.accessHistory());
    ok(!(await told()).includes(own.id));
    const link = [{ type: 'replaces', other: { reference: `Patient/${patient}` } }];
    const body = JSON.stringify({ resourceType: 'Patient', id: twin, link });
    equal((await gateway.send('PUT', `Patient/${twin}`, { body })).status, 200);
    ok((await told()).includes(own.id));
    ok(!(await told()).includes(foreign.id));
    equal(await asB(own.reference), 200);
    const { parameter } = (await device.accounting()) as unknown as {
      parameter: { name: string; part: { name: string; valueUnsignedInt: number }[] }[];
    };
    const [disclosure, ...more] = parameter.filter(({ name }) => name === 'disclosure');
    equal(more.length, 0);
    equal(disclosure?.part.find(({ name }) => name === 'count')?.valueUnsignedInt, 2);
    match(await device.accountingTable(), /"hospital-b","[^"]*","Observation \(2\)","treatment"/);
    const custodian = await gateway.send('GET', `Patient/${patient}/$accounting`);
    deepEqual(JSON.parse(custodian.text).parameter.slice(2), parameter.slice(2));
    equal((await gateway.send('GET', `Patient/${patient}/$accounting`, { as: 'hospital-b' })).status, 403);
  });
});

describe('An explanation', () => {
  it('says what an organisation could read, by which rule, of grants in force and of a draft', async () => {
    const question = { requester: 'hospital-b', purpose: 'TREAT' };
    const { records } = await device.explain(question);
    const named = records.find((each) => each.reference.startsWith(reference));
    equal(named?.effect, 'permit');
    // Of several that permit the first one is told; they come the newest first.
    const standing = (await device.ownConsents()).findLast(({ state }) => state === 'active')?.consent;
    deepEqual(named?.rules, [{ consentId: standing?.['id'], path: 'Consent.provision' }]);
    const denial = { type: 'deny', class: [{ system: 'http://hl7.org/fhir/resource-types', code: 'Observation' }] };
    const draft = { ...standing, id: 'draft', provision: { type: 'permit', provision: [denial] } };
    const supposed = (await device.explain({ ...question, draft, beside: 'in-force' })).records;
    deepEqual(
      supposed.find((each) => each.reference.startsWith(reference)),
      {
        ...named,
        effect: 'deny',
        reason: 'denied-by-consent',
        rules: [{ consentId: 'draft', path: 'Consent.provision.provision[0]' }],
      },
    );
    ok(supposed.some(({ reference: each, effect }) => each.startsWith('Patient/') && effect === 'permit'));
    await rejects(
      device.explain({ ...question, draft: { ...draft, status: 'draft' } }),
      (error: ConsentServiceError) => error.status === 422 && error.message.startsWith('Consent.status'),
    );
    equal(await asB(), 200);
    for (const as of ['hospital-b', 'hospital-c'] as const) {
      const body = JSON.stringify({ resourceType: 'Parameters', parameter: [] });
      equal((await gateway.send('POST', 'Consent/$explain', { as, body })).status, 403);
    }
  });
});

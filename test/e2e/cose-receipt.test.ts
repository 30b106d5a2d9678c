/** A COSE receipt of a record, fetched by another hospital, checked with the pinned key of the log alone. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, it } from 'node:test';
import { receiptSubject, verifyCoseReceipt } from '@chartseal/client';
import { anchoredProof } from '../testing/proof.ts';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { createObservation, createPatient } from '../testing/patient.ts';

let gateway: GatewayProcess;
before(async () => {
  gateway = await GatewayProcess.start();
});
after(() => gateway[Symbol.asyncDispose]());

const receiptOf = async (reference: string, as: 'hospital-a' | 'hospital-b') => {
  const response = await fetch(`${gateway.sandbox.fhirBaseUrl}/${reference}/$proof`, {
    headers: { accept: 'application/cose', authorization: `Bearer ${await gateway.token(as, 'TREAT')}` },
  });
  return { response, bytes: new Uint8Array(await response.arrayBuffer()) };
};

it('proves the place in the log that the proof file proves, to who has the log’s key', async () => {
  const { reference } = await createObservation(gateway, await createPatient(gateway));
  const file: unknown = JSON.parse(await anchoredProof(gateway, reference));
  const { response, bytes } = await receiptOf(reference, 'hospital-a');
  deepEqual([response.status, response.headers.get('content-type')], [200, 'application/cose; cose-type="cose-sign1"']);
  const subject = receiptSubject(file);
  ok(subject);
  const verification = await verifyCoseReceipt(bytes, subject, gateway.trust);
  ok(verification.outcome === 'proved');
  equal(`${verification.version.resourceType}/${verification.version.id}`, reference);
  const altered = { ...subject, key: subject.key.map((byte) => byte ^ 1) };
  equal((await verifyCoseReceipt(bytes, altered, gateway.trust)).outcome, 'refuted');
});

it('is for whom the record is', async () => {
  const { reference } = await createObservation(gateway, await createPatient(gateway));
  await anchoredProof(gateway, reference);
  equal((await receiptOf(reference, 'hospital-b')).response.status, 404);
});

import { equal, ok } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { acceptProxy, enrolAttested, systemEnvironment } from '@chartseal/client';
import { generatePatientKey } from '@chartseal/consent';
import type { Reachable } from './caller.ts';
import { createObservation, createPatient, enrolDevice, offerEnrolment } from './patient.ts';

const treat = { to: 'hospital-b', purposes: ['TREAT'] };
const environment = systemEnvironment(async () => {});

/** A proxy, a registrar and an emergency, each as the ledger takes it in. hospital-b may break the glass, and the policy lets registrars attest. */
export const othersSpeak = async (gateway: Reachable): Promise<void> => {
  const asB = async (path: string): Promise<number> => (await gateway.send('GET', path, { as: 'hospital-b' })).status;

  const patient = await createPatient(gateway);
  const { reference } = await createObservation(gateway, patient);
  const device = await enrolDevice(gateway, patient);
  const { device: proxy, acceptance } = await acceptProxy(await device.inviteProxy(), environment);
  const end = Date.now() + 3_600_000;
  const { proxyId } = await device.appointProxy(acceptance, { scope: ['grant', 'revoke'], end });
  const { consentId } = await proxy.grant(treat);
  equal(await asB(reference), 200);
  await proxy.revoke(consentId);
  equal(await asB(reference), 404);
  await device.dismissProxy(proxyId);

  const reason = 'found unconscious';
  const emergency = { as: 'hospital-b', purpose: 'BTG', reason } as const;
  const { status, text } = await gateway.send('GET', reference, emergency);
  equal(status, 200, text);
  ok(JSON.stringify(await device.accessHistory()).includes(reason));
  await device.grant({ to: 'hospital-b', purposes: ['BTG'], type: 'deny' });
  equal((await gateway.send('GET', reference, emergency)).status, 404);

  const keyless = await createPatient(gateway);
  const attestedRecord = (await createObservation(gateway, keyless)).reference;
  const desk = await generatePatientKey();
  const registrar = `desk-${keyless.slice(0, 8)}`;
  const parameter = [
    { name: 'registrar', valueString: registrar },
    { name: 'publicKey', valueString: JSON.stringify(desk.publicKey) },
  ];
  const body = JSON.stringify({ resourceType: 'Parameters', parameter });
  const added = await gateway.send('POST', '$registrar-add', { body });
  equal(added.status, 200, added.text);
  const attestation = { registrar, formHash: createHash('sha256').update('the form').digest('base64url') };
  const attested = await enrolAttested(await offerEnrolment(gateway, keyless), desk, attestation, environment);
  await attested.grant(treat);
  equal(await asB(attestedRecord), 200);
};

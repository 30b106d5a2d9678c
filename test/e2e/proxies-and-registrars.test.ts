/** Who else may speak for a patient: proxies and registrars (consent-semantics A6), and Patients that the hospital merged. */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import {
  acceptProxy,
  enrolAttested,
  systemEnvironment,
  type ConsentServiceError,
  type DirectiveReceipt,
  PatientDevice,
} from '@chartseal/client';
import { generatePatientKey, type ProxyScope } from '@chartseal/consent';
import { GatewayProcess } from '../testing/gateway-process.ts';
import { createObservation, createPatient, enrolDevice, offerEnrolment } from '../testing/patient.ts';

const treat = { to: 'hospital-b', purposes: ['TREAT'] };
const environment = systemEnvironment(async () => {});
const hour = 3_600_000;

let gateway: GatewayProcess;
before(async () => {
  gateway = await GatewayProcess.start();
});
after(() => gateway[Symbol.asyncDispose]());

const asB = async (reference: string): Promise<number> =>
  (await gateway.send('GET', reference, { as: 'hospital-b' })).status;

type Case = { readonly patient: string; readonly reference: string; readonly device: PatientDevice };
const newCase = async (): Promise<Case> => {
  const patient = await createPatient(gateway);
  const { reference } = await createObservation(gateway, patient);
  return { patient, reference, device: await enrolDevice(gateway, patient) };
};

const appoint = async (
  device: PatientDevice,
  scope: readonly ProxyScope[],
  end = Date.now() + hour,
): Promise<{ proxy: PatientDevice; proxyId: string }> => {
  const { device: proxy, acceptance } = await acceptProxy(await device.inviteProxy(), environment);
  return { proxy, ...(await device.appointProxy(acceptance, { scope, end })) };
};

const status =
  (expected: number) =>
  (error: ConsentServiceError): boolean =>
    error.status === expected;

describe('A proxy', () => {
  it('grants, revokes, freezes and reads as far as its scope goes', async () => {
    const { device, reference } = await newCase();
    const { proxy } = await appoint(device, ['grant', 'revoke', 'freeze', 'read']);
    const { consentId } = await proxy.grant(treat);
    equal(await asB(reference), 200);
    equal((await proxy.ownConsents()).length, 1);
    await proxy.revoke(consentId);
    equal(await asB(reference), 404);
    const again = await proxy.grant(treat);
    equal(await asB(reference), 200);
    await proxy.freeze();
    equal(await asB(reference), 404);
    await rejects(proxy.unfreeze(), status(401));
    ok(again.consentId !== consentId);
  });

  for (const [scope, what, act] of [
    ['revoke', 'grant', (proxy) => proxy.grant(treat)],
    ['grant', 'revoke', (proxy) => proxy.revoke(randomUUID())],
    ['grant', 'freeze', (proxy) => proxy.freeze()],
    ['read', 'rotate the key', (proxy) => proxy.rotateKey()],
    ['grant', 'dismiss a proxy', (proxy) => proxy.dismissProxy(randomUUID())],
    ['grant', 'appoint a proxy', (proxy) => appoint(proxy, ['grant'])],
    ['grant', 'read', (proxy) => proxy.ownConsents()],
  ] as const satisfies readonly (readonly [ProxyScope, string, (proxy: PatientDevice) => Promise<unknown>])[])
    it(`who may ${scope} may not ${what}`, async () => {
      const { device } = await newCase();
      const { proxy } = await appoint(device, [scope]);
      await rejects(act(proxy), status(401));
    });

  it('may nothing after its end, and nothing once it is dismissed; what it granted goes on until it is revoked', async () => {
    const { device, reference } = await newCase();
    const { proxy: late } = await appoint(device, ['grant'], Date.now() - 1);
    await rejects(late.grant(treat), status(401));
    const { proxy, proxyId } = await appoint(device, ['grant', 'read']);
    const { consentId } = await proxy.grant(treat);
    await device.dismissProxy(proxyId);
    await rejects(proxy.grant(treat), status(401));
    await rejects(proxy.ownConsents(), status(401));
    equal(await asB(reference), 200);
    await device.revoke(consentId);
    equal(await asB(reference), 404);
  });

  it('is nobody whose key the patient did not appoint', async () => {
    const { device } = await newCase();
    const { device: stranger } = await acceptProxy(await device.inviteProxy(), environment);
    await rejects(stranger.grant(treat), status(401));
  });
});

const operation = (name: string, values: Readonly<Record<string, string>>, as?: 'hospital-b') =>
  gateway.send('POST', name, {
    body: JSON.stringify({
      resourceType: 'Parameters',
      parameter: Object.entries(values).map(([name, valueString]) => ({ name, valueString })),
    }),
    ...(as === undefined ? {} : { as }),
  });

describe('A registrar', () => {
  const formHash = createHash('sha256').update('the form that she signed').digest('base64url');

  it('attests for a patient without a key until the patient has one; it says so in the audit', async () => {
    const desk = await generatePatientKey();
    const attestation = { registrar: 'desk-1', formHash };
    const patient = await createPatient(gateway);
    const { reference } = await createObservation(gateway, patient);
    await rejects(enrolAttested(await offerEnrolment(gateway, patient), desk, attestation, environment), status(401));

    const key = JSON.stringify(desk.publicKey);
    equal((await operation('$registrar-add', { registrar: 'desk-1', publicKey: key }, 'hospital-b')).status, 403);
    equal((await operation('$registrar-add', { registrar: 'desk-1', publicKey: key })).status, 200);
    const attested = await enrolAttested(await offerEnrolment(gateway, patient), desk, attestation, environment);
    await attested.grant(treat);
    equal(await asB(reference), 200);
    const { text } = await gateway.send('GET', `AuditEvent?patient=${patient}`);
    match(text, /"url":"registrar","valueString":"desk-1"/);
    ok(text.includes(formHash));

    // Who leaves attests nothing more; what stands, stands.
    equal((await operation('$registrar-remove', { registrar: 'desk-1' })).status, 200);
    await rejects(attested.grant(treat), status(401));
    equal(await asB(reference), 200);

    const own = await enrolDevice(gateway, patient);
    equal(await asB(reference), 404);
    const { consentId } = await own.grant(treat);
    equal(await asB(reference), 200);
    await own.revoke(consentId);
    equal(await asB(reference), 404);
  });

  it('A6 A4 opens nothing in the place of a key that the patient has, until the custodian has frozen it as lost', async () => {
    const desk = await generatePatientKey();
    await operation('$registrar-add', { registrar: 'desk-3', publicKey: JSON.stringify(desk.publicKey) });
    const attest = async (patient: string): Promise<PatientDevice> =>
      enrolAttested(await offerEnrolment(gateway, patient), desk, { registrar: 'desk-3', formHash }, environment);
    const { patient, device, reference } = await newCase();
    await device.grant(treat);
    const other = await createPatient(gateway);
    const link = [{ type: 'replaced-by', other: { reference: `Patient/${patient}` } }];
    const merged = JSON.stringify({ resourceType: 'Patient', id: other, link });
    equal((await gateway.send('PUT', `Patient/${other}`, { body: merged })).status, 200);
    for (const one of [patient, other]) await rejects(attest(one), status(409));
    equal(await asB(reference), 200);

    const body = JSON.stringify({ resourceType: 'Parameters' });
    equal((await gateway.send('POST', `Patient/${patient}/$freeze`, { body })).status, 200);
    const attested = await attest(patient);
    await rejects(device.grant(treat), status(422));
    equal(await asB(reference), 404);
    await attested.grant(treat);
    equal(await asB(reference), 200);
  });

  it('says nothing for a patient who has a key', async () => {
    const { device } = await newCase();
    const desk = await generatePatientKey();
    await operation('$registrar-add', { registrar: 'desk-2', publicKey: JSON.stringify(desk.publicKey) });
    const state = { ...device.state, privateJwk: desk.privateJwk };
    const posing = new PatientDevice(state, environment, { registrar: 'desk-2', formHash });
    await rejects(posing.grant(treat), status(401));
  });
});

describe('Merged Patients', () => {
  const link = async (id: string, links: object): Promise<void> => {
    const body = JSON.stringify({ resourceType: 'Patient', id, ...links });
    equal((await gateway.send('PUT', `Patient/${id}`, { body })).status, 200);
  };
  const replacedBy = (other: string): object => ({
    link: [{ type: 'replaced-by', other: { reference: `Patient/${other}` } }],
  });
  const receipt = async (said: Promise<DirectiveReceipt>): Promise<void> => void (await said);

  it('are one person: every consent of either counts for both, deny wins, and unmerging restores', async () => {
    const [first, second] = [await newCase(), await newCase()];
    const seen = async (): Promise<readonly number[]> => [await asB(first.reference), await asB(second.reference)];
    await first.device.grant(treat);
    deepEqual(await seen(), [200, 404]);
    await link(first.patient, replacedBy(second.patient));
    deepEqual(await seen(), [200, 200]);
    await receipt(second.device.grant({ ...treat, type: 'deny' }));
    deepEqual(await seen(), [404, 404]);
    await link(first.patient, {});
    deepEqual(await seen(), [200, 404]);
    await link(second.patient, { link: [{ type: 'replaces', other: { reference: `Patient/${first.patient}` } }] });
    deepEqual(await seen(), [404, 404]);
  });

  it('a freeze of either stops both', async () => {
    const [first, second] = [await newCase(), await newCase()];
    await first.device.grant(treat);
    await second.device.freeze();
    await link(first.patient, replacedBy(second.patient));
    equal(await asB(first.reference), 404);
  });
});

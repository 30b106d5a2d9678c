/** Who else signs for a patient, on the contract: proxies, and registrars where the network's policy lets them. And emergencies. */
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { enrolmentCodeHash, generatePatientKey, signDirective, signEnrolment, signKeyProof } from '@chartseal/consent';
import type { Directive, PatientKeyPair, ProxyScope } from '@chartseal/consent';
import type { BreakGlassState, DirectiveResult, PatientState } from '@chartseal/contracts';
import { memberEntry, openConsortium, refusedWith } from './test-network.ts';

type Unsigned<D> = D extends Directive ? Omit<D, 'network' | 'patient' | 'issuedAt'> : never;

const random = (size: number): string => randomBytes(size).toString('base64url');
const put = (sequence: number) =>
  ({ operation: 'put', sequence, consentId: randomUUID(), consentCommitment: random(32) }) as const;
const attested = { registrar: 'desk-1', formHash: random(32) };
const hourMs = 3_600_000;

/** A patient of A's; B is another member. */
const open = async (policy: { implicit: object; attested: boolean } = { implicit: {}, attested: true }) => {
  const consortium = await openConsortium('A', 'B');
  const { submit } = consortium;
  const members = [memberEntry('A'), { ...memberEntry('B'), breakGlass: true }];
  for (const mspId of ['A', 'B'])
    await submit(mspId, 'directory', 'Found', { network: consortium.ledger.network, members, policy });
  const { network } = consortium.ledger;
  const patient = random(16);
  const key = await generatePatientKey();
  const enrolment = { network, custodian: 'a', patient, codeHash: enrolmentCodeHash('code') };
  const say = async (directive: Unsigned<Directive>, signer: PatientKeyPair = key): Promise<DirectiveResult> => {
    const jws = await signDirective({ network, patient, issuedAt: Date.now(), ...directive }, signer);
    return (await submit('B', 'consent', 'SubmitDirective', jws)) as DirectiveResult;
  };
  const appointment = async (sequence: number, proxy: PatientKeyPair, scope: readonly ProxyScope[], end: number) => ({
    operation: 'appoint-proxy' as const,
    sequence,
    proxyId: randomUUID(),
    publicKey: proxy.publicKey,
    proxyProof: await signKeyProof({ network, patient, sequence }, proxy),
    scope,
    end,
  });
  const state = async () => (await consortium.evaluate('consent', 'Get', patient)) as PatientState;
  return { ...consortium, patient, key, enrolment, say, appointment, state };
};

describe('proxies', () => {
  it('sign what their scope covers until their end or their dismissal, and nothing of the patient’s own', async () => {
    const { submit, enrolment, key, say, appointment, state, ledger } = await open();
    await submit('A', 'consent', 'Enrol', await signEnrolment(enrolment, key));
    const [proxy, late] = [await generatePatientKey(), await generatePatientKey()];
    const far = Date.now() + hourMs;
    await rejects(say(await appointment(1, proxy, ['grant'], far), proxy), refusedWith('key'));
    const appointed = await appointment(1, proxy, ['grant'], far);
    await say(appointed);
    await say(await appointment(2, late, ['grant'], Date.now() - 60_000));
    await rejects(say(put(3), late), refusedWith('key'));
    const { consentId } = await say(put(3), proxy);
    for (const directive of [
      { operation: 'revoke', consentId: consentId ?? '' },
      { operation: 'freeze' },
      { operation: 'unfreeze', sequence: 4 },
      { operation: 'dismiss-proxy', proxyId: appointed.proxyId },
    ] as const)
      await rejects(say(directive, proxy), refusedWith('key'));
    await rejects(
      say({ ...(await appointment(4, proxy, ['grant'], far)), proxyId: appointed.proxyId }),
      refusedWith('consent-used'),
    );
    await rejects(say({ operation: 'dismiss-proxy', proxyId: randomUUID() }), refusedWith('not-found'));
    await say({ operation: 'dismiss-proxy', proxyId: appointed.proxyId });
    await rejects(say(put(4), proxy), refusedWith('key'));
    const { sequence, proxies = {} } = await state();
    deepEqual([sequence, proxies[appointed.proxyId]?.state], [3, 'dismissed']);
    await ledger.close();
  });
});

describe('registrars', () => {
  it('open handles and attest for their own hospital, and nothing more once they are taken away', async () => {
    const { submit, evaluate, enrolment, say, state, ledger } = await open();
    const [desk, other] = [await generatePatientKey(), await generatePatientKey()];
    const enrol = async (signer: PatientKeyPair, mspId = 'A') =>
      submit(mspId, 'consent', 'Enrol', await signEnrolment({ ...enrolment, attested }, signer));
    await rejects(enrol(desk), refusedWith('key'));
    const keys = [{ registrar: 'desk-1', publicKey: desk.publicKey }];
    await rejects(submit('A', 'directory', 'SetRegistrars', [{ ...keys[0], name: 'x' }]), refusedWith('malformed'));
    await submit('A', 'directory', 'SetRegistrars', keys);
    deepEqual(await evaluate('directory', 'Registrars', 'a'), keys);
    deepEqual(await evaluate('directory', 'Registrars', 'b'), []);
    await rejects(enrol(other), refusedWith('key'));
    await rejects(enrol(desk, 'B'), refusedWith('forbidden'));
    await enrol(desk);
    equal((await state()).attested, true);
    await rejects(say(put(1), desk), refusedWith('key'));
    await rejects(say({ ...put(1), attested }, other), refusedWith('key'));
    const granted = { ...put(1), attested };
    await say(granted, desk);
    await rejects(say({ operation: 'unfreeze', sequence: 2 }, desk), refusedWith('key'));
    await submit('A', 'directory', 'SetRegistrars', []);
    await rejects(say({ ...put(2), attested }, desk), refusedWith('key'));
    equal((await state()).directives[granted.consentId]?.state, 'active');
    await ledger.close();
  });

  it('attest nothing where the members did not agree to it, nor for a patient who has a key', async () => {
    const { submit, enrolment, key, say, ledger } = await open({ implicit: {}, attested: false });
    const desk = await generatePatientKey();
    await submit('A', 'directory', 'SetRegistrars', [{ registrar: 'desk-1', publicKey: desk.publicKey }]);
    const proof = await signEnrolment({ ...enrolment, attested }, desk);
    await rejects(submit('A', 'consent', 'Enrol', proof), refusedWith('key'));
    await submit('A', 'consent', 'Enrol', await signEnrolment(enrolment, key));
    await rejects(say({ ...put(1), attested }, desk), refusedWith('key'));
    await ledger.close();
  });
});

describe('B13 emergencies', () => {
  it('are opened by the custodian for who may, a day at most, and once', async () => {
    const { submit, evaluate, enrolment, key, patient, ledger } = await open();
    await submit('A', 'consent', 'Enrol', await signEnrolment(enrolment, key));
    const openedAt = Date.now();
    const access = {
      accessId: randomUUID(),
      organization: 'b',
      patient,
      reasonCommitment: random(32),
      openedAt,
      expiresAt: openedAt + 4 * hourMs,
    };
    const opening = (change: object, mspId = 'A') =>
      submit(mspId, 'consent', 'OpenBreakGlass', { ...access, accessId: randomUUID(), ...change });
    await rejects(opening({ expiresAt: openedAt + 24 * hourMs + 1 }), refusedWith('malformed'));
    await rejects(opening({ expiresAt: openedAt }), refusedWith('malformed'));
    await rejects(opening({ reason: 'a fall' }), refusedWith('malformed'));
    await rejects(opening({ organization: 'a' }), refusedWith('forbidden'));
    await rejects(opening({ organization: 'nobody' }), refusedWith('not-found'));
    await rejects(opening({}, 'B'), refusedWith('forbidden'));
    const first = (await submit('A', 'consent', 'OpenBreakGlass', access)) as BreakGlassState;
    deepEqual(await submit('A', 'consent', 'OpenBreakGlass', access), first);
    await rejects(
      submit('A', 'consent', 'OpenBreakGlass', { ...access, openedAt: openedAt + 1 }),
      refusedWith('duplicate'),
    );
    deepEqual(await evaluate('consent', 'BreakGlass', access.accessId), first);
    deepEqual(await evaluate('consent', 'BreakGlassOf', patient), [first]);
    // Of a patient who never enrolled: a word that is no handle.
    await opening({ patient: random(16) });
    await ledger.close();
  });
});

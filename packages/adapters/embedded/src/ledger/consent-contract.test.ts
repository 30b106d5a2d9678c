import { deepEqual, equal, notEqual, rejects } from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { describe, it } from 'node:test';
import { enrolmentCodeHash, generatePatientKey, signDirective, signEnrolment, signKeyProof } from '@chartseal/consent';
import type { Directive, PatientKeyPair } from '@chartseal/consent';
import type { AcceptedDirective, DirectiveResult, PatientState } from '@chartseal/contracts';
import { found, memberEntry, openConsortium, refusedWith } from './test-network.ts';

type Unsigned = Directive extends infer D
  ? D extends Directive
    ? Omit<D, 'network' | 'patient' | 'issuedAt'>
    : never
  : never;

const newHandle = (): string => randomBytes(16).toString('base64url');
const commitment = (): string => randomBytes(32).toString('base64url');
const put = (sequence: number, consentId: string = randomUUID()) =>
  ({ operation: 'put', sequence, consentId, consentCommitment: commitment() }) as const;

/** A patient enrolled at A; B is another member, C a stranger. */
async function openPatient() {
  const consortium = await openConsortium('A', 'B', 'C');
  await found(consortium, [memberEntry('A'), memberEntry('B')]);
  const { network } = consortium.ledger;
  const [patient, key] = [newHandle(), await generatePatientKey()];
  const enrolment = { network, custodian: 'a', patient, codeHash: enrolmentCodeHash('code') };
  const proof = await signEnrolment(enrolment, key);
  await consortium.submit('A', 'consent', 'Enrol', proof);
  let issuedAt = Date.now();
  const signed = (directive: Unsigned, signer: PatientKeyPair = key, changes: object = {}): Promise<string> =>
    signDirective({ network, patient, issuedAt: (issuedAt += 1), ...directive, ...changes }, signer);
  return {
    ...consortium,
    network,
    patient,
    key,
    enrolment,
    proof,
    signed,
    rotation: async (sequence: number, next: PatientKeyPair, proving = { network, patient, sequence }) => {
      const newKeyProof = await signKeyProof(proving, next);
      return { operation: 'rotate-key', sequence, publicKey: next.publicKey, newKeyProof } as const;
    },
    direct: async (mspId: string, jws: string) =>
      (await consortium.submit(mspId, 'consent', 'SubmitDirective', jws)) as DirectiveResult,
    state: async () => (await consortium.evaluate('consent', 'Get', patient)) as PatientState,
    custodian: (mspId: string, transaction: string) => consortium.submit(mspId, 'consent', transaction, patient),
  };
}

describe('enrolment', () => {
  it('opens an unused handle once, by the custodian that it names', async () => {
    const { submit, evaluate, enrolment, proof, patient, key, network, ledger } = await openPatient();
    const enrol = (mspId: string, jws: string) => submit(mspId, 'consent', 'Enrol', jws);
    deepEqual(await enrol('A', proof), await enrol('A', proof));
    deepEqual(await enrol('A', proof), await enrol('A', await signEnrolment(enrolment, key)));
    const { transactionId } = (await enrol('A', proof)) as { transactionId: string };
    deepEqual(await evaluate('consent', 'Enrolment', patient), { enrolment: proof, transactionId });

    const thief = await generatePatientKey();
    await rejects(enrol('A', await signEnrolment(enrolment, thief)), refusedWith('handle-used'));
    const fresh = { ...enrolment, patient: newHandle() };
    await rejects(enrol('B', await signEnrolment(fresh, key)), refusedWith('forbidden'));
    await rejects(enrol('C', await signEnrolment(fresh, key)), refusedWith('not-member'));
    const elsewhere = { ...fresh, network: network.replace(/./g, '0') };
    await rejects(enrol('A', await signEnrolment(elsewhere, key)), refusedWith('network'));
    await rejects(enrol('A', 'a.b.c'), refusedWith('signature'));
    await ledger.close();
  });
});

describe('directives', () => {
  it('A2: the current key, network, handle, sequence and a fresh consentId are all required', async () => {
    const { signed, direct, state, submit, network, ledger } = await openPatient();
    const consentId = randomUUID();
    const first = await direct('B', await signed(put(1, consentId)));
    deepEqual([first.consentId, first.sequence], [consentId, 1]);
    const { sequence, directives } = await state();
    deepEqual([sequence, directives[consentId]?.state], [1, 'active']);

    const refused = async (code: Parameters<typeof refusedWith>[0], jws: string, lastSequence?: number) =>
      rejects(direct('A', jws), refusedWith(code, lastSequence));
    await refused('sequence', await signed(put(1)), 1);
    await refused('sequence', await signed(put(3)), 1);
    await refused('consent-used', await signed(put(2, consentId)));
    await refused('key', await signed(put(2), await generatePatientKey()));
    await refused('network', await signed(put(2), undefined, { network: network.replace(/./g, '0') }));
    await refused('not-found', await signed(put(2), undefined, { patient: newHandle() }));
    await refused('malformed', await signed(put(2), undefined, { extra: 1 }));
    await rejects(submit('C', 'consent', 'SubmitDirective', await signed(put(2))), refusedWith('not-member'));

    const [header, payload, signature] = (await signed(put(2))).split('.');
    const altered = Buffer.from(payload!, 'base64url')
      .toString()
      .replace(/"sequence":2/, '"sequence":02');
    await refused('malformed', [header, Buffer.from(altered).toString('base64url'), signature].join('.'));
    const other = (await signed(put(2))).split('.')[1];
    await refused('signature', [header, other, signature].join('.'));
    equal((await state()).sequence, 1);
    await ledger.close();
  });

  it('the same payload gets the same answer, even after its key was rotated', async () => {
    const { signed, direct, rotation, state, key, events, patient, evaluate, ledger } = await openPatient();
    const grant = await signed(put(1));
    const next = await generatePatientKey();
    const rotate = await signed(await rotation(2, next));
    const answers = [await direct('A', grant), await direct('A', rotate)];
    const { length } = await events();
    deepEqual([await direct('B', grant), await direct('B', rotate)], answers);
    const forged = grant.replace(/[^.]+$/, rotate.split('.')[2]!);
    await rejects(direct('B', forged), refusedWith('signature'));
    equal((await events()).length, length);

    await rejects(direct('A', await signed(put(3), key)), refusedWith('key'));
    await direct('A', await signed(put(3), next));
    deepEqual((await state()).publicKey, next.publicKey);
    const accepted = (await evaluate('consent', 'Directives', patient)) as readonly AcceptedDirective[];
    deepEqual(
      accepted.map(({ operation, sequence }) => [operation, sequence]),
      [
        ['put', 1],
        ['rotate-key', 2],
        ['put', 3],
      ],
    );
    deepEqual([accepted[0]?.jws, accepted[1]?.jws], [grant, rotate]);
    await ledger.close();
  });

  it('A4: a rotation is countersigned by the new key for this handle and sequence', async () => {
    const { signed, direct, rotation, network, patient, ledger } = await openPatient();
    const next = await generatePatientKey();
    const misproved = [
      await rotation(1, next, { network, patient, sequence: 2 }),
      await rotation(1, next, { network, patient: newHandle(), sequence: 1 }),
      { ...(await rotation(1, next)), publicKey: (await generatePatientKey()).publicKey },
    ];
    for (const directive of misproved) {
      await rejects(direct('A', await signed(directive)), /refused: (malformed|key)/);
    }
    await rejects(direct('A', await signed(await rotation(1, next), next)), refusedWith('key'));
    await ledger.close();
  });

  it('A3: a revocation needs no sequence, is final, and a new grant needs a new consentId', async () => {
    const { signed, direct, state, ledger } = await openPatient();
    const consentId = randomUUID();
    await rejects(direct('A', await signed({ operation: 'revoke', consentId })), refusedWith('not-found'));
    await direct('A', await signed(put(1, consentId)));
    const revoked = await direct('B', await signed({ operation: 'revoke', consentId }));
    equal(revoked.sequence, null);
    const after = (await state()).directives[consentId];
    deepEqual([after?.state, after?.transactionId], ['revoked', revoked.transactionId]);
    await direct('A', await signed({ operation: 'revoke', consentId }));
    deepEqual((await state()).directives[consentId], after);
    await rejects(direct('A', await signed(put(2, consentId))), refusedWith('consent-used'));
    await direct('A', await signed(put(2)));
    await ledger.close();
  });

  it('of two directives for one sequence the first one committed stands', async () => {
    const { signed, direct, state, ledger } = await openPatient();
    const jws = await Promise.all([signed(put(1)), signed(put(1)), signed(put(1))]);
    const outcomes = await Promise.allSettled(jws.map((each, i) => direct(i === 1 ? 'B' : 'A', each)));
    equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    equal(Object.keys((await state()).directives).length, 1);
    await ledger.close();
  });
});

describe('freezing and closing', () => {
  it('patient and custodian each freeze, and each lifts its own freeze alone', async () => {
    const { signed, direct, custodian, state, ledger } = await openPatient();
    const freeze = await signed({ operation: 'freeze' });
    await direct('B', freeze);
    await custodian('A', 'CustodianFreeze');
    await custodian('A', 'CustodianFreeze');
    deepEqual((await state()).frozenBy, ['custodian', 'patient']);
    await rejects(custodian('B', 'CustodianUnfreeze'), refusedWith('forbidden'));
    await custodian('A', 'CustodianUnfreeze');
    deepEqual((await state()).frozenBy, ['patient']);
    await rejects(direct('A', await signed({ operation: 'unfreeze', sequence: 2 })), refusedWith('sequence', 0));
    await direct('A', await signed({ operation: 'unfreeze', sequence: 1 }));
    // Someone who kept the old freeze cannot use it again.
    await direct('B', freeze);
    deepEqual((await state()).frozenBy, []);
    await ledger.close();
  });

  it('what the custodian closes stays closed, and others cannot close it', async () => {
    const { signed, direct, custodian, state, events, patient, ledger } = await openPatient();
    const grant = await signed(put(1));
    const answer = await direct('A', grant);
    await rejects(custodian('B', 'Close'), refusedWith('forbidden'));
    await custodian('A', 'Close');
    await custodian('A', 'Close');
    equal((await state()).status, 'closed');
    deepEqual(await direct('A', grant), answer);
    await rejects(direct('A', await signed(put(2))), refusedWith('closed'));
    await rejects(custodian('A', 'CustodianUnfreeze'), refusedWith('closed'));
    const changes = (await events()).filter(({ contract }) => contract === 'consent');
    deepEqual(
      changes.map(({ payload }) => JSON.parse(payload)),
      [
        { patient, kind: 'enrol' },
        { patient, kind: 'put', consentId: answer.consentId, sequence: 1 },
        { patient, kind: 'close' },
      ],
    );
    notEqual(changes[0]!.transactionId, changes[1]!.transactionId);
    await ledger.close();
  });
});

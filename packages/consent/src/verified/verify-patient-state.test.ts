import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseDirective, type DirectiveOperation } from '../directive/directive.ts';
import { consentCommitment, payloadDigest } from '../directive/commitment.ts';
import { signDirective } from '../directive/sign.ts';
import { bytes, commitmentKey, custodian, Device, handle, network, otherHandle } from '../testing/patient.ts';
import type { HeldWord, LedgerPatient, PatientStateFault, UnverifiedPatient } from './patient-state.ts';
import { verifyPatientState } from './verify-patient-state.ts';

const [first, second, thief] = [await Device.make(), await Device.make(), await Device.make()];
second.clock += 60_000;
const ids = {
  grant: '11111111-1111-4111-8111-111111111111',
  denial: '22222222-2222-4222-8222-222222222222',
  fresh: '33333333-3333-4333-8333-333333333333',
};
let received = 0;

type Extra = Partial<Omit<HeldWord, 'ledger'>>;
const word = (jws: string, state: HeldWord['ledger']['state'] = 'committed', extra: Extra = {}): HeldWord => {
  const directive = parseDirective(jws);
  received += 1;
  return {
    digest: payloadDigest(jws),
    operation: directive.operation,
    jws,
    ...('consentId' in directive ? { consentId: directive.consentId } : {}),
    ...('sequence' in directive ? { sequence: directive.sequence } : {}),
    receivedAt: received,
    ...extra,
    ledger: { state },
  };
};
const put = async (
  by: Device,
  sequence: number,
  terms: string,
  id: string,
  state: HeldWord['ledger']['state'] = 'committed',
) => word(await by.put(sequence, terms, id), state, { consentText: terms, commitmentKey });
const own = (
  operation: Exclude<HeldWord['operation'], DirectiveOperation>,
  state: HeldWord['ledger']['state'],
): HeldWord => {
  received += 1;
  return { digest: `${operation}${received}`, operation, jws: '', receivedAt: received, ledger: { state } };
};
const entry = (sequence: number, terms: string, state: 'active' | 'revoked' = 'active') => ({
  sequence,
  commitment: consentCommitment(commitmentKey, bytes(terms)),
  state,
});

const enrolmentJws = await first.enrol();
/** Grant at 1, rotation at 2, denial at 3. */
const held = [
  await put(first, 1, 'grant', ids.grant),
  word(await first.rotate(2, second)),
  await put(second, 3, 'denial', ids.denial),
] as const;
const ledger: LedgerPatient = {
  patient: handle,
  custodian,
  publicKey: second.key.publicKey,
  sequence: 3,
  frozenBy: [],
  status: 'open',
  directives: { [ids.grant]: entry(1, 'grant'), [ids.denial]: entry(3, 'denial') },
};
const honest: UnverifiedPatient = { network, handle, enrolmentJws, held, ledger };
const both = [
  { consentId: ids.grant, sequence: 1, consentText: 'grant' },
  { consentId: ids.denial, sequence: 3, consentText: 'denial' },
];

const withHeld = (...more: HeldWord[]): UnverifiedPatient => ({ ...honest, held: [...more, ...held] });
const withLedger = (change: Partial<LedgerPatient>, of: UnverifiedPatient = honest): UnverifiedPatient => ({
  ...of,
  ledger: { ...of.ledger, ...change },
});
const replaced = (at: 0 | 1 | 2, change: Partial<HeldWord>): UnverifiedPatient => ({
  ...honest,
  held: held.map((each, index) => (index === at ? { ...each, ...change } : each)),
});
const faults = async (input: UnverifiedPatient, fault: PatientStateFault) =>
  assert.deepEqual(await verifyPatientState(input), { outcome: 'fault', fault });
const verifies = async (
  input: UnverifiedPatient,
  consents: readonly object[],
  state: 'open' | 'frozen' | 'closed' = 'open',
) => assert.deepEqual(await verifyPatientState(input), { outcome: 'verified', state, by: 'own key', consents });

describe('what the patient signed and the ledger committed is in force', () => {
  it('in any order of what is held', async () => {
    await verifies(honest, both);
    await verifies({ ...honest, held: held.toReversed() }, both);
    await verifies(
      { ...honest, held: [], ledger: { ...ledger, publicKey: first.key.publicKey, sequence: 0, directives: {} } },
      [],
    );
  });

  it('never before the ledger has it, nor if it refused', async () => {
    await verifies(withHeld(await put(second, 4, 'fresh', ids.fresh, 'pending')), both);
    await verifies(withHeld(await put(second, 4, 'fresh', ids.fresh, 'refused')), both);
    await verifies(withHeld(await put(second, 3, 'fresh', ids.fresh, 'pending')), both);
  });

  it('though its answer has not been recorded yet', async () => {
    const pending = { ledger: { state: 'pending' } } as const;
    for (const at of [0, 1, 2] as const) await verifies(replaced(at, pending), both);
    const rival = await put(second, 3, 'fresh', ids.fresh, 'pending');
    await verifies({ ...honest, held: [held[0], held[1], { ...held[2], ...pending }, rival] }, both);
    const refused = { ledger: { state: 'refused' } } as const;
    await faults(replaced(1, refused), 'sequence-gap');
    await faults(replaced(2, refused), 'missing-directive');
  });
});

describe('Law 3: a no counts as soon as it is held, and no ledger takes it back', () => {
  it('A3 a revocation ends its consent, whatever the ledger answered and whichever key of the chain signed', async () => {
    for (const state of ['pending', 'committed', 'refused'] as const) {
      await verifies(withHeld(word(await second.revoke(ids.grant), state)), both.slice(1));
      await verifies(withHeld(word(await first.revoke(ids.grant), state)), both.slice(1));
    }
  });

  it('erased terms of a consent that has ended shut nothing', async () => {
    const { consentText: _text, commitmentKey: _key, ...erased } = held[0];
    const revoke = word(await second.revoke(ids.grant));
    await verifies({ ...honest, held: [erased, held[1], held[2], revoke] }, both.slice(1));
    await faults({ ...honest, held: [erased, held[1], held[2]] }, 'missing-terms');
  });

  it('a freeze holds until a later unfreeze is committed', async () => {
    const unfreezeEarly = await second.unfreeze(4);
    const freeze = await second.freeze();
    const unfreeze = await second.unfreeze(4);
    for (const state of ['pending', 'committed', 'refused'] as const) {
      await verifies(withHeld(word(freeze, state)), both, 'frozen');
    }
    await verifies(withHeld(word(freeze), word(unfreeze, 'pending')), both, 'frozen');
    const lifted = (early: HeldWord['ledger']['state'], jws: string) =>
      withLedger({ sequence: 4 }, withHeld(word(freeze, early), word(jws)));
    await verifies(lifted('committed', unfreeze), both);
    await verifies(lifted('pending', unfreeze), both, 'frozen');
    // Signed before the freeze, committed after it: kept back by somebody.
    await verifies(lifted('committed', unfreezeEarly), both, 'frozen');
    await verifies(withLedger({ frozenBy: ['patient'] }, lifted('committed', unfreeze)), both, 'frozen');
    // From a device whose clock runs ahead, held before the freeze was.
    const [ahead, late] = [word(unfreeze), word(freeze)];
    await verifies(withLedger({ sequence: 4 }, withHeld(ahead, late)), both, 'frozen');
  });

  it('the custodian lifts its own freeze alone, once the ledger has it', async () => {
    const freeze = own('custodian-freeze', 'committed');
    await verifies(withHeld(own('custodian-freeze', 'pending')), both, 'frozen');
    await verifies(withHeld(freeze), both, 'frozen');
    await verifies(withHeld(freeze, own('custodian-unfreeze', 'pending')), both, 'frozen');
    await verifies(withHeld(freeze, own('custodian-unfreeze', 'committed')), both);
    await verifies(
      withHeld(own('custodian-freeze', 'pending'), own('custodian-unfreeze', 'committed')),
      both,
      'frozen',
    );
    await verifies(withLedger({ frozenBy: ['custodian'] }), both, 'frozen');
    await verifies(withHeld(word(await second.freeze()), own('custodian-unfreeze', 'committed')), both, 'frozen');
  });

  it('a handle that either side closed has no consents', async () => {
    await verifies(withHeld(own('close', 'pending')), [], 'closed');
    await verifies(withLedger({ status: 'closed' }), [], 'closed');
  });
});

describe('a forged ledger gives nothing', () => {
  const more = (sequence: number, terms: string, id = ids.fresh) => ({
    ...ledger.directives,
    [id]: entry(sequence, terms),
  });

  it('a directive that the patient did not sign', async () => {
    await faults(withLedger({ directives: more(4, 'forged'), sequence: 4 }), 'missing-directive');
    await faults(withLedger({ directives: more(3, 'forged') }), 'missing-directive');
    await faults(withLedger({ directives: more(9, 'forged') }), 'missing-directive');
    const forged = await put(thief, 4, 'forged', ids.fresh);
    await faults(withLedger({ directives: more(4, 'forged'), sequence: 4 }, withHeld(forged)), 'signature');
    const outdated = await put(first, 4, 'forged', ids.fresh);
    await faults(withLedger({ directives: more(4, 'forged'), sequence: 4 }, withHeld(outdated)), 'signature');
  });

  it('sequences more, fewer, or used twice', async () => {
    await faults(withLedger({ sequence: 4 }), 'sequence-gap');
    await faults(withLedger({ sequence: 2 ** 52 }), 'sequence-gap');
    await faults(withLedger({ sequence: Number.POSITIVE_INFINITY }), 'ledger-mismatch');
    await faults(withLedger({ sequence: 2, directives: { [ids.grant]: entry(1, 'grant') } }), 'ledger-behind');
    await faults(withHeld(await put(second, 3, 'fresh', ids.fresh)), 'sequence-reused');
    await faults({ ...honest, held: [held[0], held[2]] }, 'sequence-gap');
  });

  it('another commitment, sequence or consent than was signed', async () => {
    const { directives } = ledger;
    const [grant, denial] = [directives[ids.grant]!, directives[ids.denial]!];
    for (const swapped of [
      { [ids.grant]: { ...grant, commitment: denial.commitment }, [ids.denial]: denial },
      { [ids.grant]: { ...denial, state: 'active' as const }, [ids.denial]: { ...grant, state: 'active' as const } },
      { [ids.grant]: grant },
      { [ids.grant]: { ...grant, sequence: 7 }, [ids.denial]: denial },
    ]) {
      await faults(withLedger({ directives: swapped }), 'ledger-mismatch');
    }
    await faults(withLedger({ patient: otherHandle }), 'ledger-mismatch');
  });

  it('a denial ended, or a freeze lifted, without the patient', async () => {
    const directives = { ...ledger.directives, [ids.denial]: entry(3, 'denial', 'revoked') };
    await faults(withLedger({ directives }), 'missing-directive');
    await verifies(withLedger({ directives }, withHeld(word(await second.revoke(ids.denial)))), both.slice(0, 1));
    await faults(withLedger({ directives }, withHeld(word(await thief.revoke(ids.denial)))), 'signature');
    await faults(withLedger({ sequence: 4 }, withHeld(word(await second.freeze()))), 'sequence-gap');
  });

  it('another key, or a chain that somebody else continued', async () => {
    await faults(withLedger({ publicKey: thief.key.publicKey }), 'key-chain');
    await faults(withLedger({ publicKey: first.key.publicKey }), 'key-chain');
    await faults(withLedger({ publicKey: { kty: 'oct' } }), 'key-chain');
    const stolen = word(await thief.rotate(4, thief));
    await faults(withLedger({ sequence: 4, publicKey: thief.key.publicKey }, withHeld(stolen)), 'signature');
  });

  it('another enrolment', async () => {
    await faults({ ...honest, enrolmentJws: await thief.enrol() }, 'signature');
    await faults({ ...honest, enrolmentJws: await first.enrol(otherHandle) }, 'enrolment');
    await faults({ ...honest, network: 'cd'.repeat(32) }, 'enrolment');
    await faults({ ...honest, enrolmentJws: '' }, 'enrolment');
    await faults(withLedger({ custodian: 'hospital-b' }), 'enrolment');
  });
});

describe('a tampered store gives nothing', () => {
  it('other terms, another key of the commitment, another spelling of the same bytes', async () => {
    await faults(replaced(0, { consentText: 'grant more' }), 'commitment');
    await faults(replaced(0, { commitmentKey: new Uint8Array(32) }), 'commitment');
    await faults(replaced(0, { commitmentKey: new Uint8Array(0) }), 'commitment');
    const replacement = await put(first, 1, '\ufffd', ids.grant);
    const tampered = { ...honest, held: [{ ...replacement, consentText: '\ud800' }, held[1], held[2]] };
    const directives = { ...ledger.directives, [ids.grant]: entry(1, '\ufffd') };
    await faults(withLedger({ directives }, tampered), 'commitment');
  });

  it('other columns than the signature says', async () => {
    await faults(replaced(0, { digest: held[1].digest }), 'held-mismatch');
    await faults(replaced(0, { consentId: ids.fresh }), 'held-mismatch');
    const elsewhere = word(await second.unfreeze(9), 'committed', { sequence: 4 });
    await faults(withLedger({ sequence: 4 }, withHeld(elsewhere)), 'held-mismatch');
    await faults(replaced(0, { jws: held[2].jws }), 'signature');
    await faults(replaced(0, { jws: '' }), 'signature');
    await faults(withHeld(word(await second.revoke(ids.grant), 'pending', { consentId: ids.fresh })), 'held-mismatch');
    await faults(withHeld(word(await second.freeze(), 'pending', { operation: 'revoke' })), 'held-mismatch');
    await faults(withHeld(word(await second.freeze(), 'pending', { jws: 'a.b.c' })), 'signature');
    await faults(withHeld(word(await thief.revoke(ids.grant), 'refused')), 'signature');
  });

  it('words for another handle or network', async () => {
    const foreign = async (network_: string, patient: string) =>
      word(
        await signDirective(
          { network: network_, patient, issuedAt: 0, operation: 'revoke', consentId: ids.denial },
          second.key,
        ),
      );
    await faults(withHeld(await foreign(network, otherHandle)), 'signature');
    await faults(withHeld(await foreign('cd'.repeat(32), handle)), 'signature');
  });
});

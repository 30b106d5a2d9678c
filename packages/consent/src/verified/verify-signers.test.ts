/** Who else may sign, as whoever discloses verifies it: proxies whom the patient appointed, and registrars of the custodian's own (A6). */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { consentCommitment, enrolmentCodeHash, payloadDigest } from '../directive/commitment.ts';
import { parseDirective, type Directive } from '../directive/directive.ts';
import type { ProxyScope } from '../directive/proxy-scope.ts';
import { signDirective, signEnrolment, signKeyProof } from '../directive/sign.ts';
import { bytes, code, commitmentKey, custodian, Device, handle, network } from '../testing/patient.ts';
import type { HeldWord, LedgerPatient, UnverifiedPatient } from './patient-state.ts';
import { verifyPatientState } from './verify-patient-state.ts';

const [patient, parent, thief, desk] = [
  await Device.make(),
  await Device.make(),
  await Device.make(),
  await Device.make(),
];
const consentId = '11111111-1111-4111-8111-111111111111';
const proxyId = '22222222-2222-4222-8222-222222222222';
const formHash = enrolmentCodeHash('the form');
const attested = { registrar: 'desk-1', formHash };
const end = 1000;

type Own<D> = D extends Directive ? Omit<D, 'network' | 'patient' | 'issuedAt'> : never;
const say = (by: Device, directive: Own<Directive>): Promise<string> =>
  signDirective({ network, patient: handle, issuedAt: 0, ...directive }, by.key);

const word = (jws: string, receivedAt: number, extra: Partial<HeldWord> = {}): HeldWord => {
  const directive = parseDirective(jws);
  return {
    digest: payloadDigest(jws),
    operation: directive.operation,
    jws,
    ...('consentId' in directive ? { consentId: directive.consentId } : {}),
    ...('sequence' in directive ? { sequence: directive.sequence } : {}),
    ...(directive.operation === 'put' ? { consentText: 'terms', commitmentKey } : {}),
    receivedAt,
    ledger: { state: 'committed' },
    ...extra,
  };
};
const commitment = consentCommitment(commitmentKey, bytes('terms'));
const put = (by: Device, sequence: number, rest: { attested?: typeof attested } = {}): Promise<string> =>
  say(by, { operation: 'put', sequence, consentId, consentCommitment: commitment, ...rest });
const appoint = async (
  by: Device,
  scope: readonly ProxyScope[],
  proxy: Device = parent,
  { sequence, ...rest } = { sequence: 1, proxyId, end },
): Promise<string> => {
  const proxyProof = await signKeyProof({ network, patient: handle, sequence }, proxy.key);
  const { publicKey } = proxy.key;
  return say(by, { operation: 'appoint-proxy', sequence, publicKey, proxyProof, scope, ...rest });
};

const ledger: LedgerPatient = {
  patient: handle,
  custodian,
  publicKey: patient.key.publicKey,
  sequence: 2,
  frozenBy: [],
  status: 'open',
  directives: { [consentId]: { sequence: 2, commitment, state: 'active' } },
};
const enrolmentJws = await patient.enrol();
const of = async (held: readonly HeldWord[], change: Partial<UnverifiedPatient> = {}): Promise<string> => {
  const found = await verifyPatientState({ network, handle, enrolmentJws, held, ledger, ...change });
  return found.outcome === 'fault' ? found.fault : `${found.state} ${found.consents.length}`;
};

describe('A proxy', () => {
  it('grants within its scope and its time, by the custodian’s clock', async () => {
    const appointment = word(await appoint(patient, ['grant']), 1);
    const grant = await put(parent, 2);
    assert.equal(await of([appointment, word(grant, end)]), 'open 1');
    assert.equal(await of([appointment, word(grant, end + 1)]), 'open 0');
    assert.equal(await of([word(await appoint(patient, ['revoke']), 1), word(grant, 2)]), 'signature');
  });

  it('is out once its dismissal is held, on the ledger or not; what it granted before goes on', async () => {
    const appointment = word(await appoint(patient, ['grant']), 1);
    const dismissal = await say(patient, { operation: 'dismiss-proxy', proxyId });
    for (const state of ['pending', 'committed', 'refused'] as const) {
      const dismissed = word(dismissal, 5, { ledger: { state } });
      assert.equal(await of([appointment, dismissed, word(await put(parent, 2), 4)]), 'open 1');
      assert.equal(await of([appointment, dismissed, word(await put(parent, 2), 5)]), 'open 0');
    }
    const forged = word(await say(thief, { operation: 'dismiss-proxy', proxyId }), 5);
    assert.equal(await of([appointment, forged, word(await put(parent, 2), 4)]), 'signature');
  });

  it('is nobody whom the patient did not appoint: not by another key, another proof, or the ledger’s word', async () => {
    const grant = word(await put(thief, 2), 2);
    assert.equal(await of([word(await appoint(thief, ['grant'], thief), 1), grant]), 'signature');
    const stolen = await appoint(patient, ['grant']);
    assert.equal(await of([word(stolen, 1), grant]), 'signature');
    assert.equal(await of([word(await appoint(parent, ['grant']), 1), word(await put(parent, 2), 2)]), 'signature');
    const proxies = { [proxyId]: { publicKey: thief.key.publicKey, scope: ['grant'], end, sequence: 1 } };
    const told = { ...ledger, proxies } as LedgerPatient;
    assert.equal(await of([word(stolen, 1), grant], { ledger: told }), 'signature');
  });

  it('who was appointed twice is one as long as either lasts, and what it ended stays ended', async () => {
    const again = { sequence: 2, proxyId: '33333333-3333-4333-8333-333333333333', end: 5 };
    const twice = [
      word(await appoint(patient, ['freeze', 'grant']), 1),
      word(await appoint(patient, ['freeze', 'grant'], parent, again), 7),
    ];
    const at2 = { ...ledger, directives: {} };
    const freeze = word(await say(parent, { operation: 'freeze' }), 6, { ledger: { state: 'pending' } });
    assert.equal(await of([...twice, freeze], { ledger: at2 }), 'frozen 0');
    const at3 = {
      ...ledger,
      sequence: 3,
      directives: { [consentId]: { sequence: 3, commitment, state: 'active' } },
    } as const;
    const grant = word(await put(parent, 3), 9);
    assert.equal(await of([...twice, grant], { ledger: at3 }), 'open 1');
    const ends = [proxyId, again.proxyId].map(async (each) =>
      word(await say(patient, { operation: 'dismiss-proxy', proxyId: each }), 8),
    );
    assert.equal(await of([...twice, ...(await Promise.all(ends.slice(1))), grant], { ledger: at3 }), 'open 1');
    assert.equal(await of([...twice, ...(await Promise.all(ends)), grant], { ledger: at3 }), 'open 0');
  });

  it('freezes and revokes within its scope, and lifts nothing', async () => {
    const grant = word(await put(patient, 2), 2);
    const appointment = word(await appoint(patient, ['freeze', 'revoke']), 1);
    const freeze = word(await say(parent, { operation: 'freeze' }), 3);
    assert.equal(await of([appointment, grant, freeze]), 'frozen 1');
    assert.equal(await of([appointment, grant, { ...freeze, receivedAt: end + 1 }]), 'open 1');
    const revocation = word(await say(parent, { operation: 'revoke', consentId }), 3, { ledger: { state: 'pending' } });
    assert.equal(await of([appointment, grant, revocation]), 'open 0');
    const unfreeze = word(await say(parent, { operation: 'unfreeze', sequence: 3 }), 4);
    assert.equal(await of([appointment, grant, freeze, unfreeze], { ledger: { ...ledger, sequence: 3 } }), 'signature');
  });
});

describe('A6 a registrar', async () => {
  const enrolment = { network, custodian, patient: handle, codeHash: enrolmentCodeHash(code) };
  const byDesk = await signEnrolment({ ...enrolment, attested }, desk.key);
  const registrars = [{ registrar: 'desk-1', publicKey: desk.key.publicKey }];
  const attestedLedger: LedgerPatient = {
    ...ledger,
    publicKey: desk.key.publicKey,
    sequence: 1,
    directives: { [consentId]: { sequence: 1, commitment, state: 'active' } },
  };
  const world = { enrolmentJws: byDesk, ledger: attestedLedger, registrars };

  it('attests for a patient without a key, and says so', async () => {
    const held = [word(await put(desk, 1, { attested }), 1)];
    const found = await verifyPatientState({ network, handle, held, ...world });
    assert.deepEqual(found, {
      outcome: 'verified',
      state: 'open',
      by: 'registrar',
      consents: [{ consentId, sequence: 1, consentText: 'terms', attested }],
    });
  });

  it('is one of the custodian’s own, whatever the ledger says', async () => {
    const held = [word(await put(desk, 1, { attested }), 1)];
    assert.equal(await of(held, { ...world, registrars: [] }), 'enrolment');
    const other = [{ registrar: 'desk-1', publicKey: thief.key.publicKey }];
    assert.equal(await of(held, { ...world, registrars: other }), 'enrolment');
    assert.equal(await of([word(await put(thief, 1, { attested }), 1)], world), 'signature');
    assert.equal(await of([word(await put(desk, 1), 1)], world), 'signature');
    const posing = { attested: { registrar: 'desk-2', formHash } };
    assert.equal(await of([word(await put(desk, 1, posing), 1)], world), 'signature');
  });

  it('attests nothing new once its key is taken away; what stands, stands', async () => {
    const gone = [{ registrar: 'desk-1', publicKey: desk.key.publicKey, until: 10 }];
    assert.equal(await of([word(await put(desk, 1, { attested }), 9)], { ...world, registrars: gone }), 'open 1');
    assert.equal(await of([word(await put(desk, 1, { attested }), 10)], { ...world, registrars: gone }), 'open 0');
  });

  it('says nothing for a patient who has a key', async () => {
    const held = [word(await appoint(patient, ['grant']), 1), word(await put(desk, 2, { attested }), 2)];
    assert.equal(await of(held, { registrars }), 'signature');
  });
});

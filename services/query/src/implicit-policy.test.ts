/** Consent-semantics B1: what holds where no consent says anything, as the network's policy in the directory has it. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { NetworkPolicy, PatientState } from '@chartseal/contracts';
import { memberEntry, soloLedger } from '@chartseal/embedded/testing';
import { createLog, LedgerView } from '@chartseal/server';
import { knowing, permitting, TestPatient } from './testing/test-patient.ts';
import { get, observation } from './testing/two-patients.ts';
import { createWorld, emptyLedger, type World } from './testing/world.ts';

/** A network whose members agree on another policy, and what its gateway then sees. */
const network = () => {
  let implicit: NetworkPolicy['implicit'] = {};
  let block = 1;
  return {
    agree: (next: NetworkPolicy['implicit']) => {
      implicit = next;
      block += 1;
    },
    view: {
      policy: () => ({ implicit, attested: false }),
      get directoryChangedAt() {
        return block;
      },
    },
  };
};

const worldOf = async (of: ReturnType<typeof network>): Promise<World & { readonly patient: TestPatient }> => {
  const patient = await TestPatient.enrol('enrolled');
  const known = knowing(patient);
  const ledgerView = Object.defineProperties(
    { ...emptyLedger, ...known.ledgerView },
    Object.getOwnPropertyDescriptors(of.view),
  );
  const world = createWorld({ ...known, ledgerView });
  for (const id of ['enrolled', 'silent']) {
    await world.put({ resourceType: 'Patient', id });
    await world.put(observation(`o-${id}`, id));
  }
  return { ...world, patient };
};

const statuses = async (world: World): Promise<readonly number[]> =>
  Promise.all(['enrolled', 'silent'].map(async (id) => (await get(world, `Observation/o-${id}`)).status));

describe('B1 the implicit policy', () => {
  it('holds for the purpose that it names, and for no other', async () => {
    const agreed = network();
    const world = await worldOf(agreed);
    const table: readonly (readonly [NetworkPolicy['implicit'], number])[] = [
      [{}, 404],
      [{ HPAYMT: 'permit' }, 404],
      [{ TREAT: 'deny', HPAYMT: 'permit' }, 404],
      // ETREAT is a part of TREAT, and TREAT none of ETREAT; a policy speaks of neither but by its name.
      [{ ETREAT: 'permit' }, 404],
      [{ TREAT: 'permit' }, 200],
    ];
    for (const [implicit, expected] of table) {
      agreed.agree(implicit);
      assert.deepEqual(await statuses(world), [expected, expected], JSON.stringify(implicit));
    }
  });

  it('changes for the next answer, and is found by searches too', async () => {
    const agreed = network();
    const world = await worldOf(agreed);
    const found = async () => ((await get(world, 'Observation')).body.entry ?? []).length as number;
    assert.equal(await found(), 0);
    agreed.agree({ TREAT: 'permit' });
    assert.equal(await found(), 2);
    agreed.agree({ TREAT: 'deny' });
    assert.equal(await found(), 0);
  });

  it('gives way to what a patient says', async () => {
    const agreed = network();
    const world = await worldOf(agreed);
    agreed.agree({ TREAT: 'permit' });
    await world.patient.grant({ type: 'deny' });
    assert.deepEqual(await statuses(world), [404, 200]);
    agreed.agree({ TREAT: 'deny' });
    await world.patient.grant(permitting());
    assert.deepEqual(await statuses(world), [404, 404]);
  });

  it('C10 that changes between the decision and the first byte is decided by again', async () => {
    const agreed = network();
    const world = await worldOf(agreed);
    agreed.agree({ TREAT: 'permit' });
    const { say } = world.deps.patients;
    let asked = 0;
    const patients = {
      ...world.deps.patients,
      // The members agree on another policy while the decision is made.
      say: async (patientId: string) => {
        if ((asked += 1) === 1) agreed.agree({});
        return say(patientId);
      },
    };
    const racing = createWorld({ ...world.deps, patients });
    assert.equal((await get(racing, 'Observation/o-silent')).status, 404);
    assert.ok(asked > 1);
  });

  it('is what the members last agreed on, as soon as their agreement is on the ledger', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'chartseal-policy-'));
    const { ledger, close } = await soloLedger(folder, memberEntry('AMSP', { id: 'hospital-a' }));
    t.after(async () => {
      await close();
      await rm(folder, { recursive: true });
    });
    const log = createLog({ service: 'test', level: 'silent' });
    await using view = new LedgerView<PatientState>({
      ledger,
      log,
      parseConsent: (json) => JSON.parse(json) as PatientState,
    });
    view.start();
    const propose = async (revision: number, implicit: NetworkPolicy['implicit']) => {
      const proposal = { kind: 'policy', revision, policy: { implicit, attested: false } };
      const committed = await ledger.submit({
        contract: 'directory',
        transaction: 'Propose',
        args: [JSON.stringify(proposal)],
      });
      await view.reached(committed);
    };
    await propose(1, { TREAT: 'permit' });
    const before = view.directoryChangedAt;
    assert.deepEqual(view.policy().implicit, { TREAT: 'permit' });
    await propose(2, { HPAYMT: 'permit' });
    assert.deepEqual(view.policy().implicit, { HPAYMT: 'permit' });
    assert.ok(view.directoryChangedAt > before);
  });
});

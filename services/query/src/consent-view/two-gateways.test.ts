import assert from 'node:assert/strict';
import { it } from 'node:test';
import { builtInValueSets, decide, factsOf, noDirectives, type DecisionRequest } from '@chartseal/consent';
import fc from 'fast-check';
import { knowing, permitting, TestPatient, toOrganization } from '../testing/test-patient.ts';
import { observation } from '../testing/two-patients.ts';
import { createWorld } from '../testing/world.ts';
import { createConsentView, type ConsentView } from './consent-view.ts';

/** What a patient does next, the `at`th of their consents where it is about one. */
type Step =
  | { readonly kind: 'grant'; readonly provision: object }
  | { readonly kind: 'revoke'; readonly at: number; readonly ledger: 'pending' | 'committed' };

const purpose = (code: string) => ({ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code });
const hiv = { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'HIV' };
const provision = fc.constantFrom<object>(
  permitting(),
  permitting('hospital-c'),
  permitting('hospital-b', { purpose: [purpose('HPAYMT')] }),
  permitting('hospital-b', { provision: [{ type: 'deny', securityLabel: [hiv] }] }),
  { type: 'deny', actor: [toOrganization('hospital-b')], securityLabel: [hiv] },
  { type: 'deny', purpose: [purpose('HPAYMT')] },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: provision.map((each) => ({ kind: 'grant' as const, provision: each })), weight: 3 },
  {
    arbitrary: fc.record({
      kind: fc.constant('revoke' as const),
      at: fc.nat(),
      ledger: fc.constantFrom('pending' as const, 'committed' as const),
    }),
    weight: 2,
  },
);

const coded = (code: string) => observation('o', 'p', { code: { coding: [{ system: 'http://loinc.org', code }] } });
const facts = ['8867-4', '20447-9'].map((code) => factsOf(coded(code), { valueSets: builtInValueSets }));
const requests = ['hospital-b', 'hospital-c'].flatMap((organization) =>
  ['TREAT', 'ETREAT', 'HPAYMT'].map((code): DecisionRequest => ({
    organization,
    parents: [],
    custodian: 'hospital-a',
    purpose: code,
    decisionTime: Date.UTC(2026, 5, 1),
    implicitPolicy: { HPAYMT: 'permit' },
  })),
);

const answersOf = async (view: ConsentView): Promise<readonly unknown[]> => {
  const said = await view.consentOf('p');
  if (said.kind === 'fault') return ['fault'];
  const directives = said.kind === 'silent' ? noDirectives(7) : { ...said.directives, blockHeight: 7 };
  return requests.flatMap((request) => facts.map((each) => decide(() => directives, request, each)));
};

const viewOf = (patient: TestPatient): ConsentView => createConsentView(createWorld(knowing(patient)).deps);

const shuffled = <T>(items: readonly T[], by: number): readonly T[] =>
  items
    .map((item, index) => ({ item, order: (index * 7919 + by) % 104_729 }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ item }) => item);

it('B1, B5 two gateways with the same ledger and terms always agree, whatever each of them saw on the way', async () => {
  const effects = { permit: 0, deny: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 6 }), fc.nat(100_000), async (steps, order) => {
      const patient = await TestPatient.enrol('p');
      const follower = viewOf(patient);
      const put: string[] = [];
      for (const each of steps) {
        if (each.kind === 'grant') put.push(await patient.grant(each.provision));
        else if (put.length > 0) await patient.revoke(put[each.at % put.length] ?? '', each.ledger);
        await follower.consentOf('p');
      }
      const before = await answersOf(follower);
      patient.held.splice(0, patient.held.length, ...shuffled(patient.held, order));
      const newcomer = await answersOf(viewOf(patient));
      assert.notEqual(newcomer[0], 'fault');
      assert.deepEqual(newcomer, before);
      assert.deepEqual(await answersOf(follower), before);
      for (const each of newcomer as readonly { readonly effect: 'permit' | 'deny' }[]) effects[each.effect] += 1;
    }),
    { numRuns: 60, seed: 6 },
  );
  assert.ok(effects.permit > 100 && effects.deny > 100, JSON.stringify(effects));
});

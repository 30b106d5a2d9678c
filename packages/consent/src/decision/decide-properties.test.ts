import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { builtInValueSets } from '../label/value-sets.ts';
import { factsOf } from '../resource/resource-facts.ts';
import {
  active,
  actor,
  confidentiality,
  observation,
  policyRule,
  purpose,
  request,
  researchScope,
  resourceType,
  says,
  sensitivity,
} from '../testing/consents.ts';
import { decide } from './decide.ts';
import type { ActiveConsent } from './decision.ts';

type Provision = { type: 'permit' | 'deny'; provision?: Provision[]; [element: string]: unknown };

const some = <T>(...items: readonly T[]) => fc.subarray([...items], { minLength: 1, maxLength: 2 });
const date = fc.constantFrom('2025', '2026-03', '2026-06-15', '2026-06-15T12:00:00Z', '2027-01-01');
const rule = (depth: number): fc.Arbitrary<Provision> =>
  fc.record(
    {
      type: fc.constantFrom('permit' as const, 'deny' as const),
      actor: some(
        actor('IRCP', 'hospital-b'),
        actor('PRCP', 'network-b'),
        actor('CST', 'hospital-a'),
        actor('AUT', 'x'),
      ),
      purpose: some(purpose('TREAT'), purpose('ETREAT'), purpose('HRESCH'), purpose('HPAYMT')),
      class: some(resourceType('Observation'), resourceType('Condition')),
      securityLabel: some<object>(confidentiality('N'), confidentiality('R'), sensitivity('HIV'), sensitivity('PSY')),
      period: date.map((start) => ({ start })),
      dataPeriod: date.map((end) => ({ end })),
      ...(depth === 0 ? {} : { provision: fc.array(rule(depth - 1), { minLength: 1, maxLength: 3 }) }),
    },
    { requiredKeys: ['type'] },
  ) as fc.Arbitrary<Provision>;

const consentOf = fc
  .record({ root: rule(2), shape: fc.constantFrom('none', 'policy', 'policy-alone'), isResearch: fc.boolean() })
  .map(({ root, shape, isResearch }) => ({
    ...(shape === 'policy-alone' ? {} : { provision: root }),
    ...(shape === 'none' ? {} : { policyRule: policyRule(root.type === 'deny' ? 'OPTIN' : 'OPTOUT') }),
    ...(isResearch ? { scope: researchScope } : {}),
  }));
const consents = fc.array(consentOf, { maxLength: 4 }).map((all) => all.map((rest, index) => active(rest, index + 1)));

const resources = fc.constantFrom(
  observation,
  { ...observation, code: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code: 'B20' }] } },
  { ...observation, effectiveDateTime: '2026' },
  { ...observation, effectiveDateTime: undefined },
);
const asked = fc.record({
  purpose: fc.constantFrom('TREAT', 'ETREAT', 'HRESCH', 'HPAYMT'),
  organization: fc.constantFrom('hospital-b', 'hospital-c'),
  implicitPolicy: fc.constantFrom({}, { TREAT: 'permit' as const }),
});

type World = { readonly asked: Partial<typeof request>; readonly resource: typeof observation };
const world = fc.record({ asked, resource: resources }) as fc.Arbitrary<World>;
const decided = (all: readonly ActiveConsent[], { asked, resource }: World) =>
  decide(() => says(...all), { ...request, ...asked }, factsOf(resource, { valueSets: builtInValueSets }));
const effect = (all: readonly ActiveConsent[], world: World): string => decided(all, world).effect;

const reversed = (provision: Provision): Provision => ({
  ...provision,
  ...(provision.provision === undefined ? {} : { provision: provision.provision.map(reversed).toReversed() }),
});

describe('whatever the consents are', () => {
  it('B1 adding a consent that can only deny never widens', () => {
    const denies = fc.oneof(
      rule(0).map((root) => active({ provision: { ...root, type: 'deny' } }, 9)),
      fc.constant(active({ policyRule: policyRule('OPTOUT') }, 9)),
    );
    fc.assert(
      fc.property(consents, denies, world, (all, denial, world) => {
        // Where it says nothing the answer stays; where it says something the answer is no.
        const after = effect([...all, denial], world);
        assert.ok(after === 'deny' || after === effect(all, world));
      }),
    );
  });

  it('B1 removing one that permits never widens, but for the implicit policy, which a permit cannot narrow', () => {
    fc.assert(
      fc.property(consents, fc.nat(), world, (all, at, world) => {
        const removed = all[at % Math.max(1, all.length)];
        if (removed === undefined || decided([removed], world).reason !== 'consent') return;
        if (effect(all, world) === 'deny')
          assert.equal(
            effect(
              all.filter((each) => each !== removed),
              world,
            ),
            'deny',
          );
      }),
    );
  });

  it('B4 adding a denying exception below any rule never widens', () => {
    fc.assert(
      fc.property(rule(2), rule(0), world, (root, exception, world) => {
        const narrowed = { ...root, provision: [...(root.provision ?? []), { ...exception, type: 'deny' }] };
        if (effect([active({ provision: root })], world) === 'deny') {
          assert.equal(effect([active({ provision: narrowed })], world), 'deny');
        }
      }),
    );
  });

  it('B5 the order of consents and of siblings never matters', () => {
    fc.assert(
      fc.property(consents, world, (all, world) => {
        assert.deepEqual(decided(all.toReversed(), world), decided(all, world));
      }),
    );
    fc.assert(
      fc.property(rule(2), world, (root, world) => {
        assert.equal(
          effect([active({ provision: reversed(root) })], world),
          effect([active({ provision: root })], world),
        );
      }),
    );
  });

  it('a decision is a function of its arguments', () => {
    fc.assert(fc.property(consents, world, (all, world) => assert.deepEqual(decided(all, world), decided(all, world))));
  });

  it('a permit names a consent that permits, or the implicit policy', () => {
    fc.assert(
      fc.property(consents, world, (all, world) => {
        const decision = decided(all, world);
        if (decision.effect === 'deny') return;
        const [basis] = decision.basis;
        if (basis === undefined) assert.equal(decision.reason, 'implicit-policy');
        else
          assert.equal(
            effect(
              all.filter(({ consentId }) => consentId === basis.consentId),
              world,
            ),
            'permit',
          );
      }),
    );
  });
});

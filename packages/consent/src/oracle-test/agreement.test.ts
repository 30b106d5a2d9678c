import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { decideIn } from './generate/engine.ts';
import { world } from './generate/worlds.ts';
import { byLetter, judge } from './oracle/oracle.ts';
import type { Provision, World } from './oracle/world.ts';

const reasons = [
  'consent',
  'implicit-policy',
  'break-glass',
  'denied-by-consent',
  'no-consent',
  'frozen',
  'closed',
  'no-subject',
  'only-by-reference',
  'unclear-subject',
  'unknown-subject',
  'purpose-unknown',
  'break-glass-not-open',
];

const runs = 10_000;

const rulesOf = (rule: Provision | undefined): readonly Provision[] =>
  rule === undefined ? [] : [rule, ...(rule.provision ?? []).flatMap(rulesOf)];

/** What a world has in it, of what the rules speak of. */
const featuresOf = ({ says, request, resource, isLabelled }: World): readonly string[] => {
  const consents = Object.values(says).flatMap((say) => say.consents);
  const rules = consents.flatMap(({ provision }) => rulesOf(provision));
  return [
    ...new Set([
      resource.resourceType,
      request.purpose,
      ...rules.flatMap((rule) => Object.keys(rule)),
      ...consents.map(({ scope }) => scope),
      ...consents.map(({ policyRule }) => policyRule ?? 'no-policy'),
      ...(consents.some(({ isAttested }) => isAttested) ? ['attested'] : []),
      ...(isLabelled ? [] : ['unlabelled']),
      ...(resource.contained === undefined ? [] : ['contained']),
      ...((resource.participant ?? []).length > 1 ? ['several-subjects'] : []),
    ]),
  ];
};

const features = (
  'Observation Condition Appointment Bundle Binary Organization Questionnaire TREAT ETREAT ERTREAT HPAYMT COVERAGE HRESCH CLINTRCH BTG ' +
  'nonsense period actor action securityLabel purpose class code dataPeriod data provision patient-privacy research OPTIN OPTOUT no-policy ' +
  'attested unlabelled contained several-subjects'
).split(' ');

it(`A5, A6, B1-B11, B13 the engine and the oracle agree on ${runs} triples, none of a kind that is hardly there`, () => {
  const told = new Map(reasons.map((reason) => [reason, 0]));
  const present = new Map(features.map((feature) => [feature, { worlds: 0, permits: 0 }]));
  let narrower = 0;
  fc.assert(
    fc.property(world, (each) => {
      const { effect, reason } = decideIn(each);
      const verdict = judge(each);
      assert.equal(effect, verdict.effect, `${reason}, the oracle: ${verdict.reasons.join()}`);
      assert.ok(verdict.reasons.includes(reason), `${reason}, the oracle: ${verdict.reasons.join()}`);
      const letter = byLetter(each).effect;
      assert.ok(effect === 'deny' || letter === 'permit', 'wider than the letter');
      if (effect !== letter) narrower += 1;
      told.set(reason, (told.get(reason) ?? 0) + 1);
      for (const feature of featuresOf(each)) {
        const count = present.get(feature);
        if (count !== undefined) count.worlds += 1;
        if (count !== undefined && effect === 'permit') count.permits += 1;
      }
    }),
    { numRuns: runs, seed: 6 },
  );
  for (const [reason, count] of told) assert.ok(count > runs / 100, `${reason}: ${count}`);
  const neverShown = new Set(['Organization', 'Questionnaire', 'nonsense']);
  for (const [feature, { worlds, permits }] of present) {
    assert.ok(worlds > runs / 50, `${feature}: ${worlds}`);
    assert.ok(neverShown.has(feature) ? permits === 0 : permits > runs / 1000, `${feature}: ${permits} permits`);
  }
  // Where the letter would let an exception permit that is only perhaps in force (reading 1): seldom, and there.
  assert.ok(narrower > 0 && narrower < runs / 50, `narrower than the letter: ${narrower}`);
});

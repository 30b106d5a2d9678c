import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { decide } from '../decision/decide.ts';
import { builtInValueSets } from '../label/value-sets.ts';
import { consent, world } from '../oracle-test/generate/worlds.ts';
import { factsOf } from '../resource/resource-facts.ts';
import { active, actor, policyRule, purpose, request, researchScope, says } from '../testing/consents.ts';
import { askingOf, consentReach, reaches } from './consent-reach.ts';

const reached = (rest: object, change: Partial<typeof request> = {}): boolean =>
  consentReach(active(rest).terms).some((reach) => reaches(reach, askingOf({ ...request, ...change })));
const action = { system: 'http://terminology.hl7.org/CodeSystem/consentaction' };
const elsewhere = { organization: 'hospital-c', parents: [] };
const permit = (rest: object = {}) => ({ provision: { type: 'permit', ...rest } });

it('whatever a consent permits lies in its reach', () => {
  let permitted = 0;
  fc.assert(
    fc.property(consent, world, ({ scope, policyRule: rule, provision }, { request, resource }) => {
      const said = active({
        ...(scope === 'research' ? { scope: researchScope } : {}),
        ...(rule === undefined ? {} : { policyRule: policyRule(rule) }),
        ...(provision === undefined ? {} : { provision }),
      });
      const facts = factsOf(resource, { valueSets: builtInValueSets });
      if (decide(() => says(said), { ...request, implicitPolicy: {} }, facts).effect === 'deny') return;
      permitted += 1;
      assert.ok(consentReach(said.terms).some((reach) => reaches(reach, askingOf(request))));
    }),
    { numRuns: 5000, seed: 5 },
  );
  assert.ok(permitted > 100);
});

it('and who is not spoken to lies outside', () => {
  const toB = { actor: [actor('IRCP', 'hospital-b')] };
  const except = { type: 'permit', purpose: [purpose('ETREAT')] };
  for (const [rest, change, expected] of [
    [permit(), {}, true],
    [permit(toB), {}, true],
    [permit(toB), elsewhere, false],
    [permit({ actor: [actor('PRCP', 'network-b')] }), {}, true],
    [permit({ actor: [actor('IRCP', 'hospital-c'), actor('CST', 'hospital-a')] }), {}, true],
    [permit({ purpose: [purpose('TREAT')] }), { purpose: 'ETREAT' }, true],
    [permit({ purpose: [purpose('ETREAT')] }), {}, false],
    [permit(), { purpose: 'HRESCH' }, true],
    [{ ...permit(), scope: researchScope }, {}, false],
    [{ ...permit(), scope: researchScope }, { purpose: 'CLINTRCH' }, true],
    [permit({ period: { end: '2026-06-01' } }), {}, false],
    [permit({ period: { start: '2026-07-01' } }), {}, false],
    [permit({ action: [{ coding: [{ ...action, code: 'collect' }] }] }), {}, false],
    [{ provision: { type: 'deny' } }, {}, false],
    [{ provision: { type: 'deny', ...toB, provision: [except] } }, { purpose: 'ETREAT' }, true],
    [{ provision: { type: 'deny', ...toB, provision: [except] } }, {}, false],
    [{ provision: { type: 'deny', ...toB, provision: [except] } }, { ...elsewhere, purpose: 'ETREAT' }, false],
    [{ policyRule: policyRule('OPTIN') }, elsewhere, true],
    [{ policyRule: policyRule('OPTOUT') }, {}, false],
    [{ policyRule: policyRule('OPTOUT'), ...permit(toB) }, {}, true],
    [{ policyRule: policyRule('OPTOUT'), ...permit(toB) }, elsewhere, false],
  ] as const)
    assert.equal(reached(rest, change), expected, JSON.stringify([rest, change]));
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { builtInValueSets } from '../label/value-sets.ts';
import { factsOf } from '../resource/resource-facts.ts';
import {
  action,
  active,
  actor,
  confidentiality,
  decideWith,
  observation,
  organization,
  policyRule,
  purpose,
  request,
  researchScope,
  resourceType,
  says,
  sensitivity,
  told,
} from '../testing/consents.ts';
import { decide } from './decide.ts';
import type { PatientDirectives } from './decision.ts';

const permit = (rest: object = {}) => ({ provision: { type: 'permit', ...rest } });
const deny = (rest: object = {}) => ({ provision: { type: 'deny', ...rest } });
const coded = (system: string, code: string) => ({ ...observation, code: { coding: [{ system, code }] } });
const labelled = (...security: object[]) => ({ ...observation, meta: { security } });
const hiv = coded('http://hl7.org/fhir/sid/icd-10-cm', 'B20');

it('A3 what is revoked, frozen or closed permits nothing', () => {
  const stated = (state: PatientDirectives['state']) =>
    decide(
      () => ({ ...says(active(permit())), state }),
      request,
      factsOf(observation, { valueSets: builtInValueSets }),
    );
  assert.equal(stated({ kind: 'open' }).effect, 'permit');
  assert.deepEqual(stated({ kind: 'frozen', by: ['patient'] }), { effect: 'deny', reason: 'frozen', basis: [] });
  assert.deepEqual(stated({ kind: 'closed' }), { effect: 'deny', reason: 'closed', basis: [] });
  assert.equal(told([], { implicitPolicy: { TREAT: 'permit' } }), 'permit');
  assert.equal(told([]), 'no-consent');
});

it('A5 patient-privacy governs all but research, research nothing else', () => {
  const research = { ...permit(), scope: researchScope };
  for (const [code, byPrivacy, byResearch] of [
    ['TREAT', 'permit', 'no-consent'],
    ['HPAYMT', 'permit', 'no-consent'],
    ['HRESCH', 'no-consent', 'permit'],
    ['CLINTRCH', 'no-consent', 'permit'],
  ] as const) {
    assert.equal(told([permit()], { purpose: code }), byPrivacy);
    assert.equal(told([research], { purpose: code }), byResearch);
  }
  assert.equal(told([{ ...deny(), scope: researchScope }, permit()]), 'permit');
});

it('B1 one deny wins, else one permit suffices, else the implicit policy, which knows no unknown purpose', () => {
  assert.equal(told([permit(), deny()]), 'denied-by-consent');
  assert.equal(told([permit({ purpose: [purpose('HPAYMT')] }), permit()]), 'permit');
  const decision = decideWith([permit({ purpose: [purpose('HPAYMT')] }), permit()]);
  assert.deepEqual(decision.basis, [
    { consentId: 'consent-2', sequence: 2, path: 'Consent.provision', blockHeight: 7 },
  ]);
  assert.equal(told([], { implicitPolicy: { HPAYMT: 'permit' } }), 'no-consent');
  assert.equal(told([deny()], { implicitPolicy: { TREAT: 'permit' } }), 'denied-by-consent');
  assert.equal(told([permit()], { purpose: 'FOO', implicitPolicy: { FOO: 'permit' } }), 'purpose-unknown');
  assert.equal(told([permit()], { purpose: 'toString' }), 'purpose-unknown');
});

it('B2 OPTIN permits but for its exception, OPTOUT denies or leaves what it does not permit unsaid', () => {
  const toB = { actor: [actor('IRCP', 'hospital-b')] };
  const toC = { actor: [actor('IRCP', 'hospital-c')] };
  assert.equal(told([{ policyRule: policyRule('OPTIN') }]), 'permit');
  assert.equal(told([{ policyRule: policyRule('OPTIN'), ...deny(toB) }]), 'denied-by-consent');
  assert.equal(told([{ policyRule: policyRule('OPTIN'), ...deny(toC) }]), 'permit');
  assert.equal(told([{ policyRule: policyRule('OPTOUT') }]), 'denied-by-consent');
  assert.equal(told([{ policyRule: policyRule('OPTOUT'), ...permit(toB) }]), 'permit');
  assert.equal(told([{ policyRule: policyRule('OPTOUT'), ...permit(toC) }]), 'no-consent');
  assert.equal(told([permit(toC)]), 'no-consent');
  assert.equal(decideWith([{ policyRule: policyRule('OPTIN') }]).basis[0]?.path, 'Consent.policyRule');
});

it('B3 every element must match, one of its repeats is enough, an absent one does not constrain', () => {
  const rule = { actor: [actor('IRCP', 'hospital-c'), actor('IRCP', 'hospital-b')], purpose: [purpose('TREAT')] };
  assert.equal(told([permit(rule)]), 'permit');
  assert.equal(told([permit(rule)], { purpose: 'HPAYMT' }), 'no-consent');
  assert.equal(told([permit(rule)], { organization: 'hospital-d' }), 'no-consent');
  assert.equal(told([permit()], { organization: 'anybody' }), 'permit');
});

it('B4 the value of a rule: its own type, or its matching exceptions, of which one deny wins, to any depth', () => {
  const research = { type: 'deny', class: [resourceType('Observation')] };
  const except = { ...research, provision: [{ type: 'permit', purpose: [purpose('ETREAT')] }] };
  assert.equal(told([permit({ provision: [research] })]), 'denied-by-consent');
  assert.equal(told([permit({ provision: [{ ...research, class: [resourceType('Condition')] }] })]), 'permit');
  assert.equal(told([permit({ provision: [except] })], { purpose: 'ETREAT' }), 'permit');
  assert.equal(told([permit({ provision: [except] })]), 'denied-by-consent');
  assert.equal(told([deny({ provision: [{ type: 'permit' }] })]), 'permit');
  assert.equal(told([deny({ provision: [{ type: 'permit' }, { type: 'deny' }] })]), 'denied-by-consent');
  const decision = decideWith([permit({ provision: [{ type: 'permit' }, research] })]);
  assert.equal(decision.basis[0]?.path, 'Consent.provision.provision[1]');
});

describe('B6 three clocks', () => {
  const at = (iso: string) => ({ decisionTime: Date.parse(iso) });

  it('dateTime never decides', () => assert.equal(told([{ ...permit(), dateTime: '2099-01-01' }]), 'permit'));

  it('a period is in force with its whole last day; its zone unknown, a permit waits and a deny hurries', () => {
    const day = { period: { start: '2026-06-15', end: '2026-06-15' } };
    for (const [iso, permits, denies] of [
      ['2026-06-14T09:59:59.999Z', 'no-consent', 'no-consent'],
      ['2026-06-14T10:00:00Z', 'no-consent', 'denied-by-consent'],
      ['2026-06-15T11:59:59Z', 'no-consent', 'denied-by-consent'],
      ['2026-06-16T11:59:59.999Z', 'no-consent', 'denied-by-consent'],
      ['2026-06-16T12:00:00Z', 'no-consent', 'no-consent'],
    ] as const) {
      assert.equal(told([permit(day)], at(iso)), permits, iso);
      assert.equal(told([deny(day)], at(iso)), denies, iso);
    }
    const month = { period: { start: '2026-06', end: '2026-06' } };
    assert.equal(told([permit(month)], at('2026-06-01T12:00:00Z')), 'permit');
    assert.equal(told([permit(month)], at('2026-06-30T09:59:59.999Z')), 'permit');
    assert.equal(told([permit(month)], at('2026-06-30T10:00:00Z')), 'no-consent');
    const exact = { period: { start: '2026-06-15T00:00:00+02:00', end: '2026-06-15T12:00:00Z' } };
    assert.equal(told([permit(exact)], at('2026-06-14T22:00:00Z')), 'permit');
    assert.equal(told([permit(exact)], at('2026-06-15T12:00:01Z')), 'no-consent');
  });

  it('dataPeriod is about the clinical time: all of it inside to permit, any of it to deny', () => {
    const year = { dataPeriod: { start: '2026-01-01', end: '2026-12-31' } };
    const { effectiveDateTime: _, ...undated } = observation;
    for (const [time, permits, denies] of [
      [{ effectiveDateTime: '2026-03-01' }, 'permit', 'denied-by-consent'],
      [{ effectiveDateTime: '2026' }, 'no-consent', 'denied-by-consent'],
      [{ effectiveDateTime: '2025-06-01' }, 'no-consent', 'no-consent'],
      [{ effectivePeriod: { start: '2025-12-01', end: '2026-02-01' } }, 'no-consent', 'denied-by-consent'],
      [{ effectivePeriod: { start: '2026-02-01' } }, 'no-consent', 'denied-by-consent'],
      [{ effectiveTiming: { event: ['2026-02-01', '2026-03-01'] } }, 'permit', 'denied-by-consent'],
      [{ issued: '2026-03-01T10:00:00Z' }, 'permit', 'denied-by-consent'],
      [{}, 'no-consent', 'denied-by-consent'],
    ] as const) {
      const resource = { ...undated, ...time };
      assert.equal(told([permit(year)], {}, resource), permits, JSON.stringify(time));
      assert.equal(told([deny(year)], {}, resource), denies, JSON.stringify(time));
    }
  });

  it('what may or may not be denied cannot permit by its exception', () => {
    const { effectiveDateTime: _, ...undated } = observation;
    const rule = deny({ dataPeriod: { start: '2026' }, provision: [{ type: 'permit' }] });
    assert.equal(told([rule]), 'permit');
    assert.equal(told([rule], {}, undated), 'no-consent');
  });
});

it('B7 role and reference must match: who asks or belongs to, who keeps, who made it', () => {
  assert.equal(told([permit({ actor: [actor('PRCP', 'network-b')] })]), 'permit');
  assert.equal(told([permit({ actor: [actor('CST', 'hospital-b')] })]), 'no-consent');
  assert.equal(told([permit({ actor: [actor('CST', 'hospital-a')] })]), 'permit');
  const byC = { ...observation, performer: [organization('hospital-c')] };
  const byAuthor = (value: string) => ({ actor: [actor('AUT', value)] });
  assert.equal(told([permit(byAuthor('hospital-c'))], {}, byC), 'permit');
  assert.equal(told([permit(byAuthor('hospital-d'))], {}, byC), 'no-consent');
  assert.equal(told([deny(byAuthor('hospital-d'))], {}, byC), 'no-consent');
  assert.equal(told([permit(byAuthor('hospital-c'))]), 'no-consent');
  assert.equal(told([deny(byAuthor('hospital-c'))]), 'denied-by-consent');
  assert.equal(told([permit({ action: [action('disclose')] })]), 'permit');
  assert.equal(told([permit({ action: [action('use'), action('collect')] })]), 'no-consent');
});

it('B8 a purpose includes those below it, and nothing includes BTG', () => {
  const treat = permit({ purpose: [purpose('TREAT')] });
  assert.equal(told([treat], { purpose: 'ETREAT' }), 'permit');
  assert.equal(told([permit({ purpose: [purpose('ETREAT')] })]), 'no-consent');
  assert.equal(told([deny({ purpose: [purpose('HOPERAT')] })], { purpose: 'HTEST' }), 'denied-by-consent');
  for (const rule of [permit(), treat, permit({ purpose: [purpose('BTG')] })]) {
    assert.equal(told([rule], { purpose: 'BTG', implicitPolicy: { BTG: 'permit' } }), 'break-glass-not-open');
  }
  assert.equal(told([permit({ purpose: [purpose('BTG')] })], { purpose: 'ERTREAT' }), 'no-consent');
});

describe('B13 an emergency that the ledger holds', () => {
  const inEmergency = (consents: readonly object[], change: Partial<PatientDirectives> = {}, purposeCode = 'BTG') =>
    decide(
      () => ({
        ...says(...consents.map((rest, at) => active(rest, at + 1))),
        breakGlass: { accessId: 'e1' },
        ...change,
      }),
      { ...request, purpose: purposeCode },
      factsOf(observation, { valueSets: builtInValueSets }),
    );
  const BTG = { purpose: [purpose('BTG')] };

  for (const [what, consents] of [
    ['who said nothing', []],
    ['who permits', [permit()]],
    ['who denies, and does not speak of emergencies', [deny(), deny({ purpose: [purpose('TREAT')] })]],
    ['who dissents but for emergencies', [deny({ provision: [{ type: 'permit', ...BTG }] })]],
    ['who forbids emergencies in research alone', [{ ...deny(BTG), scope: researchScope }]],
  ] as const)
    it(`permits of a patient ${what}, and says what it is for`, () => {
      const decision = inEmergency(consents);
      assert.deepEqual([decision.effect, decision.reason], ['permit', 'break-glass']);
      assert.deepEqual(decision.effect === 'permit' && decision.emergencies, ['e1']);
      const codes = decision.effect === 'permit' ? decision.obligations.map(({ code }) => code) : [];
      assert.deepEqual(codes, ['ETREAT', 'NORDSCLCD']);
    });

  for (const [what, consents, change, reason] of [
    ['who forbids it', [permit(), deny(BTG)], {}, 'denied-by-consent'],
    ['who forbids it below a permit', [permit({ provision: [{ type: 'deny', ...BTG }] })], {}, 'denied-by-consent'],
    ['whose handle is frozen', [], { state: { kind: 'frozen', by: ['patient'] } }, 'frozen'],
    ['whose handle is closed', [], { state: { kind: 'closed' } }, 'closed'],
  ] as const)
    it(`permits nothing of a patient ${what}`, () => {
      const decision = inEmergency(consents, change);
      assert.deepEqual([decision.effect, decision.reason], ['deny', reason]);
    });

  it('permits nothing before the ledger holds it', () => {
    assert.equal(told([permit()], { purpose: 'BTG' }), 'break-glass-not-open');
  });

  it('serves no other purpose', () => {
    assert.equal(inEmergency([], {}, 'TREAT').reason, 'no-consent');
    assert.equal(inEmergency([], {}, 'ETREAT').reason, 'no-consent');
  });
});

it('B9 class names a type, code any coding of code, category or type; a part can deny but not permit', () => {
  const glucose = { code: [{ coding: [{ system: 'http://loinc.org', code: '2339-0' }] }] };
  const category = { category: [{ coding: [{ system: 'http://loinc.org', code: '2339-0' }] }] };
  const component = { component: [{ code: { coding: [{ system: 'http://loinc.org', code: '2339-0' }] } }] };
  assert.equal(told([permit(glucose)]), 'no-consent');
  assert.equal(told([permit(glucose)], {}, coded('http://loinc.org', '2339-0')), 'permit');
  assert.equal(told([permit(glucose)], {}, coded('http://other.org', '2339-0')), 'no-consent');
  assert.equal(told([permit(glucose)], {}, { ...observation, ...category }), 'permit');
  assert.equal(told([permit(glucose)], {}, { ...observation, ...component }), 'no-consent');
  assert.equal(told([deny(glucose)], {}, { ...observation, ...component }), 'denied-by-consent');
  assert.equal(told([permit({ class: [resourceType('Condition')] })]), 'no-consent');
  const instance = { data: [{ meaning: 'instance', reference: { reference: 'Observation/o1' } }] };
  assert.equal(told([permit(instance)]), 'permit');
  assert.equal(told([permit(instance)], {}, { ...observation, id: 'o2' }), 'no-consent');
});

describe('B10 labels', () => {
  const level = (code: string) => ({ securityLabel: [confidentiality(code)] });
  const kind = (...codes: string[]) => ({ securityLabel: codes.map(sensitivity) });

  it('a level permits itself and all below, and denies itself and all above', () => {
    const levels = ['U', 'L', 'M', 'N', 'R', 'V'];
    for (const [i, found] of levels.entries()) {
      for (const [j, listed] of levels.entries()) {
        const labels = { kind: 'labelled', confidentiality: found as 'N', sensitivities: [] } as const;
        assert.equal(told([permit(level(listed))], {}, observation, { labels }), i <= j ? 'permit' : 'no-consent');
        assert.equal(
          told([deny(level(listed))], {}, observation, { labels }),
          i >= j ? 'denied-by-consent' : 'no-consent',
        );
      }
    }
  });

  it('value sets raise to R; what came with the resource can only raise', () => {
    assert.equal(told([permit(level('N'))]), 'permit');
    for (const resource of [
      hiv,
      coded('http://snomed.info/sct', '35489007'),
      coded('http://loinc.org', '25836-8'),
      coded('http://www.nlm.nih.gov/research/umls/rxnorm', '6813'),
      { ...observation, contained: [{ ...hiv, id: 'c' }] },
      labelled(sensitivity('SDV')),
      labelled({ system: 'urn:local', code: 'secret' }),
    ]) {
      assert.equal(told([permit(level('N'))], {}, resource), 'no-consent');
      assert.equal(told([permit(level('R'))], {}, resource), 'permit');
    }
    assert.equal(told([permit(level('R'))], {}, labelled(confidentiality('V'))), 'no-consent');
    assert.equal(told([permit(level('N'))], {}, { ...hiv, meta: { security: [confidentiality('U')] } }), 'no-consent');
    assert.equal(told([permit(level('N'))], {}, labelled(purpose('HTEST'))), 'permit');
  });

  it('a sensitivity matches itself and what is below; of two, a permit must include both and a deny one', () => {
    const both = { ...hiv, meta: { security: [sensitivity('COGN')] } };
    assert.equal(told([permit(kind('HIV'))], {}, hiv), 'permit');
    assert.equal(told([permit(kind('PSY'))], {}, hiv), 'no-consent');
    assert.equal(told([permit(kind('HIV'))]), 'no-consent');
    assert.equal(told([permit(kind('HIV'))], {}, both), 'no-consent');
    assert.equal(told([permit(kind('HIV', 'BH'))], {}, both), 'permit');
    assert.equal(told([deny(kind('HIV'))], {}, both), 'denied-by-consent');
    assert.equal(told([deny(kind('ETH'))], {}, both), 'no-consent');
    assert.equal(told([deny(kind('COGN'))], {}, labelled(sensitivity('BH'))), 'denied-by-consent');
    assert.equal(told([permit(kind('COGN'))], {}, labelled(sensitivity('BH'))), 'no-consent');
  });

  it('not labelled yet is V, and possibly of every kind', () => {
    const labels = { kind: 'unlabelled' } as const;
    assert.equal(told([permit(level('R'))], {}, observation, { labels }), 'no-consent');
    assert.equal(told([permit(level('V'))], {}, observation, { labels }), 'permit');
    assert.equal(told([permit(kind('HIV'))], {}, observation, { labels }), 'no-consent');
    assert.equal(told([deny(kind('HIV'))], {}, observation, { labels }), 'denied-by-consent');
  });

  it('tells the recipient of what must not be disclosed again (42 CFR 2.32)', () => {
    const decision = decideWith([permit()], {}, coded('http://hl7.org/fhir/sid/icd-10-cm', 'F11.20'));
    assert.deepEqual(decision.effect === 'permit' && decision.obligations.map(({ code }) => code), ['NORDSCLCD']);
    const plain = decideWith([permit()]);
    assert.deepEqual(plain.effect === 'permit' && plain.obligations, []);
  });
});

describe('B11 whose record it is', () => {
  it('needs a subject who is a Patient here', () => {
    const { subject: _, ...nobodys } = observation;
    assert.equal(told([permit()], {}, nobodys), 'no-subject');
    assert.equal(told([permit()], {}, { resourceType: 'Organization' }), 'only-by-reference');
    assert.equal(
      told([permit()], {}, { ...observation, subject: { reference: 'http://elsewhere.org/fhir/Patient/p1' } }),
      'unclear-subject',
    );
    assert.equal(told([permit()], {}, { ...observation, subject: { display: 'somebody' } }), 'unclear-subject');
    assert.equal(told([permit()], {}, { ...observation, subject: { reference: 'Patient/p2' } }), 'unknown-subject');
    assert.equal(told([permit()], {}, { resourceType: 'Patient', id: 'p1' }), 'permit');
  });

  it('of several subjects every one must permit', () => {
    const account = {
      resourceType: 'Account',
      id: 'a',
      subject: [{ reference: 'Patient/p1' }, { reference: 'Patient/p2' }],
    };
    const facts = factsOf(account, { valueSets: builtInValueSets });
    const of = (second: PatientDirectives) =>
      decide((id) => (id === 'p1' ? says(active(permit())) : second), request, facts);
    assert.equal(of(says(active(permit(), 2))).effect, 'permit');
    assert.equal(of(says(active(permit(), 2))).basis.length, 2);
    assert.equal(of(says()).effect, 'deny');
  });

  it('of Parameters nobody can say whose the resources inside are', () => {
    const who = { name: 'who', valueReference: { reference: 'Patient/p1' } };
    const of = (...parameter: object[]) => told([permit()], {}, { resourceType: 'Parameters', parameter });
    assert.equal(of(who), 'permit');
    const resource = { ...observation, subject: { reference: 'Patient/p2' } };
    assert.equal(of(who, { name: 'r', resource }), 'unclear-subject');
    assert.equal(of(who, { name: 'p', part: [{ name: 'q', part: [{ name: 'r', resource }] }] }), 'unclear-subject');
  });

  it('of a Bundle what is said beside its entries’ resources counts too', () => {
    const hiv = { coding: [{ system: 'http://snomed.info/sct', code: '86406008' }] };
    const bundle = (extension: object[]) => ({
      resourceType: 'Bundle',
      type: 'collection',
      entry: [{ resource: observation, extension }],
    });
    const deny = { provision: { type: 'deny', securityLabel: [sensitivity('HIV')] } };
    assert.equal(told([permit(), deny], {}, bundle([])), 'permit');
    const extension = [{ url: 'http://example.org/why', valueCodeableConcept: hiv }];
    assert.equal(told([permit(), deny], {}, bundle(extension)), 'denied-by-consent');
  });

  it('of a document the Composition and every entry, with what they say of each other', () => {
    const composition = {
      resourceType: 'Composition',
      id: 'c',
      subject: { reference: 'Patient/p1' },
      date: '2026-03-01',
      type: { coding: [{ system: 'http://loinc.org', code: '34133-9' }] },
    };
    const bundle = (...resources: object[]) => ({
      resourceType: 'Bundle',
      id: 'b',
      type: 'document',
      entry: [composition, ...resources].map((resource) => ({ resource })),
    });
    const clinic = { resourceType: 'Organization', id: 'x' };
    const { subject: _, ...nobodys } = observation;
    assert.equal(told([permit()], {}, bundle(observation, clinic)), 'permit');
    assert.equal(
      told([permit(), deny({ securityLabel: [sensitivity('HIV')] })], {}, bundle(observation, hiv)),
      'denied-by-consent',
    );
    assert.equal(told([permit()], {}, bundle(nobodys)), 'unclear-subject');
    assert.equal(
      told([permit()], {}, bundle({ ...observation, subject: { reference: 'Patient/p2' } })),
      'unknown-subject',
    );
    assert.equal(told([permit({ class: [resourceType('Composition')] })], {}, bundle(observation)), 'no-consent');
    const summary = { class: [{ system: 'http://loinc.org', code: '34133-9' }] };
    assert.equal(told([permit(summary)], {}, bundle(observation)), 'permit');
    assert.equal(told([permit(summary)]), 'no-consent');
    assert.equal(
      told([permit(), deny({ data: [{ meaning: 'instance', reference: { reference: 'Bundle/b' } }] })], {}, bundle()),
      'denied-by-consent',
    );
    assert.equal(told([permit()], {}, { resourceType: 'Bundle', type: 'document', entry: [] }), 'no-subject');
  });

  it('focus, performer and payor confer nothing', () => {
    assert.equal(
      told(
        [permit()],
        {},
        {
          ...observation,
          performer: [{ reference: 'Patient/p2' }],
          focus: [{ reference: 'Patient/p2' }],
        },
      ),
      'permit',
    );
  });
});

it('B12 every version is decided under today’s consent', () => {
  for (const versionId of ['1', '2', '99']) {
    const version = { ...observation, meta: { versionId, lastUpdated: '2020-01-01T00:00:00Z' } };
    assert.equal(told([permit()], {}, version), 'permit');
    assert.equal(told([deny()], {}, version), 'denied-by-consent');
  }
});

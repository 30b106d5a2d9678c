import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  action,
  actor,
  confidentiality,
  consent,
  consentId,
  organization,
  policyRule,
  purpose,
  researchScope,
  resourceType,
  sensitivity,
} from '../testing/consents.ts';
import { handle, otherHandle } from '../testing/patient.ts';
import { admit } from './read-consent.ts';

const permit = { provision: { type: 'permit' } };
const at = (rest: object): readonly string[] =>
  admit(consent(rest), { patient: handle, consentId }).map(({ expression }) => expression);
const inRule = (rest: object): readonly string[] => at({ provision: { type: 'permit', ...rest } });
const concept = (system: string, code: string) => ({ coding: [{ system, code }] });
const modifier = [{ url: 'http://example.org/not', valueBoolean: true }];

describe('A1 what cannot be enforced is refused, naming its element', () => {
  it('takes what it understands', () => {
    const everything = {
      ...actor('IRCP', 'hospital-b'),
      id: 'x',
    };
    assert.deepEqual(
      inRule({
        period: { start: '2026', end: '2026-12-31T23:59:59Z' },
        actor: [
          everything,
          actor('CST', 'hospital-a'),
          { ...actor('AUT', 'x'), reference: { reference: 'Practitioner/1' } },
        ],
        action: [action('access'), action('correct')],
        securityLabel: [confidentiality('N'), sensitivity('PSY')],
        purpose: [purpose('TREAT')],
        class: [resourceType('Observation'), { system: 'http://loinc.org', code: '34133-9' }],
        code: [concept('http://snomed.info/sct', '86406008')],
        dataPeriod: { start: '2020-01-01' },
        data: [
          { meaning: 'instance', reference: { reference: 'Observation/o1' } },
          { meaning: 'authoredby', reference: organization('hospital-a') },
        ],
        provision: [{ type: 'deny', provision: [{ type: 'permit' }] }],
      }),
      [],
    );
    const archive = { extension: modifier, identifier: [{ value: 'x' }], text: { status: 'generated', div: '<div/>' } };
    const performer = [{ identifier: { system: 'urn:chartseal:patient', value: handle } }];
    const described = { ...permit, ...archive, performer, organization: [organization('hospital-a')] };
    assert.deepEqual(
      at({ ...described, sourceReference: { reference: 'DocumentReference/1' }, scope: researchScope }),
      [],
    );
  });

  const refused: readonly (readonly [string, object, string])[] = [
    ['a modifierExtension', { ...permit, modifierExtension: modifier }, 'Consent.modifierExtension'],
    [
      'one deep inside',
      { provision: { type: 'permit', provision: [{ type: 'deny', modifierExtension: modifier }] } },
      'Consent.provision.provision[0].modifierExtension',
    ],
    [
      'one where nothing else is read',
      { ...permit, policy: [{ uri: 'x', modifierExtension: modifier }] },
      'Consent.policy[0].modifierExtension',
    ],
    ['implicitRules', { ...permit, implicitRules: 'http://example.org' }, 'Consent.implicitRules'],
    ['verification', { ...permit, verification: [{ verified: true }] }, 'Consent.verification'],
    ['contained resources', { ...permit, contained: [{ resourceType: 'Organization', id: 'o' }] }, 'Consent.contained'],
    ['another status', { ...permit, status: 'draft' }, 'Consent.status'],
    [
      'another scope',
      { ...permit, scope: concept('http://terminology.hl7.org/CodeSystem/consentscope', 'treatment') },
      'Consent.scope.coding',
    ],
    ['no scope', { ...permit, scope: undefined }, 'Consent.scope'],
    ['another id', { ...permit, id: 'other' }, 'Consent.id'],
    ['another type', { ...permit, resourceType: 'Contract' }, 'Consent.resourceType'],
    ['a literal patient', { ...permit, patient: { reference: 'Patient/p1' } }, 'Consent.patient.reference'],
    [
      'another handle',
      { ...permit, patient: { identifier: { system: 'urn:chartseal:patient', value: otherHandle } } },
      'Consent.patient.identifier.value',
    ],
    [
      'another identifier system',
      { ...permit, patient: { identifier: { system: 'urn:mrn', value: handle } } },
      'Consent.patient.identifier.system',
    ],
    ['a proxy', { ...permit, performer: [{ reference: 'RelatedPerson/1' }] }, 'Consent.performer[0].reference'],
    [
      'a category that is no directive on sharing',
      { ...permit, category: [concept('http://terminology.hl7.org/CodeSystem/v3-ActCode', 'EMRGONLY')] },
      'Consent.category[0].coding',
    ],
    ['nothing said', {}, 'Consent.provision'],
    ['an unreadable dateTime', { ...permit, dateTime: 'soon' }, 'Consent.dateTime'],
  ];
  for (const [what, rest, element] of refused)
    it(`refuses ${what}`, () => assert.ok(at(rest).includes(element), String(at(rest))));

  const refusedRules: readonly (readonly [string, object, string])[] = [
    ['a rule without a type', { type: undefined }, 'type'],
    ['another type', { type: 'maybe' }, 'type'],
    ['an unknown element', { condition: 'x' }, 'condition'],
    ['an extension inside a rule', { extension: modifier }, 'extension'],
    ['an extension on a primitive', { _type: { extension: modifier } }, '_type'],
    ['an extension inside a period', { period: { start: '2026', extension: modifier } }, 'period.extension'],
    ['a period that ends before it starts', { period: { start: '2026-02-02', end: '2026-02-01' } }, 'period'],
    ['a dataPeriod that ends before it starts', { dataPeriod: { start: '2026', end: '2025-12' } }, 'dataPeriod'],
    ['an unreadable date', { period: { start: '2026-02-30' } }, 'period.start'],
    ['an empty element', { actor: [] }, 'actor'],
    ['an actor of another role', { actor: [actor('PROV', 'hospital-b')] }, 'actor[0].role.coding'],
    ['an actor without a reference', { actor: [{ role: actor('IRCP', 'x').role }] }, 'actor[0].reference'],
    [
      'a recipient who is no organization of the directory',
      { actor: [{ ...actor('IRCP', 'x'), reference: { reference: 'Practitioner/1' } }] },
      'actor[0].reference.reference',
    ],
    [
      'a literal beside the identifier',
      { actor: [{ ...actor('IRCP', 'x'), reference: { ...organization('x'), reference: 'Organization/2' } }] },
      'actor[0].reference.reference',
    ],
    [
      'another system of organizations',
      { actor: [{ ...actor('IRCP', 'x'), reference: { identifier: { system: 'urn:npi', value: 'x' } } }] },
      'actor[0].reference.identifier.system',
    ],
    ['an unknown purpose', { purpose: [purpose('FOO')] }, 'purpose[0]'],
    ['a purpose of another system', { purpose: [{ system: 'http://example.org', code: 'TREAT' }] }, 'purpose[0]'],
    ['an unknown action', { action: [action('print')] }, 'action[0].coding'],
    ['an unknown label', { securityLabel: [sensitivity('XYZ')] }, 'securityLabel[0]'],
    [
      'a class of another system',
      { class: [{ system: 'urn:ietf:bcp:13', code: 'application/hl7-cda+xml' }] },
      'class[0]',
    ],
    ['a class that is no resource type', { class: [resourceType('Thing')] }, 'class[0]'],
    ['a code that is a text alone', { code: [{ text: 'asthma' }] }, 'code[0].coding'],
    [
      'another data.meaning',
      { data: [{ meaning: 'related', reference: { reference: 'Encounter/1' } }] },
      'data[0].meaning',
    ],
    [
      'one version of a record',
      { data: [{ meaning: 'instance', reference: { reference: 'Encounter/1/_history/2' } }] },
      'data[0].reference.reference',
    ],
  ];
  for (const [what, rest, element] of refusedRules) {
    it(`refuses ${what}, at any depth`, () => {
      assert.ok(inRule(rest).includes(`Consent.provision.${element}`), String(inRule(rest)));
      const nested = inRule({ provision: [{ type: 'deny', provision: [{ type: 'permit', ...rest }] }] });
      assert.ok(nested.includes(`Consent.provision.provision[0].provision[0].${element}`), String(nested));
    });
  }

  it('never throws, and never repeats a value', () => {
    for (const odd of [null, [], 'x', 7, {}, { provision: [] }])
      assert.ok(admit(odd, { patient: handle, consentId }).length > 0);
    const secret = 'secretword';
    const issues = admit(
      consent({ [`${secret} x`]: secret, provision: { type: secret, purpose: [purpose(secret)], [`a ${secret}`]: 1 } }),
      { patient: handle, consentId },
    );
    assert.ok(issues.length >= 4 && !JSON.stringify(issues).includes(secret));
  });
});

describe('B2 the shapes that readers agree about', () => {
  const shapes: readonly (readonly [string, object, readonly string[]])[] = [
    ['(a) a root that says its type', permit, []],
    ['(b) OPTIN alone', { policyRule: policyRule('OPTIN') }, []],
    ['(b) OPTIN but for a root deny', { policyRule: policyRule('OPTIN'), provision: { type: 'deny' } }, []],
    ['(c) OPTOUT alone', { policyRule: policyRule('OPTOUT') }, []],
    ['(c) OPTOUT but for a root permit', { policyRule: policyRule('OPTOUT'), provision: { type: 'permit' } }, []],
    [
      '(d) OPTIN with a root permit',
      { policyRule: policyRule('OPTIN'), provision: { type: 'permit' } },
      ['Consent.provision.type'],
    ],
    [
      '(d) OPTOUT with a root deny',
      { policyRule: policyRule('OPTOUT'), provision: { type: 'deny' } },
      ['Consent.provision.type'],
    ],
    ['another policy rule', { policyRule: policyRule('OPTINR'), ...permit }, ['Consent.policyRule.coding']],
    [
      'two policy rules',
      { policyRule: { coding: [policyRule('OPTIN'), policyRule('OPTOUT')].flatMap(({ coding }) => coding) } },
      ['Consent.policyRule.coding'],
    ],
  ];
  for (const [what, rest, issues] of shapes) it(what, () => assert.deepEqual(at(rest), issues));
});

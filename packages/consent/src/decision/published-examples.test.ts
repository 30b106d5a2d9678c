/**
 * B2: the Consents that HL7 publishes with R4 (npm hl7.fhir.r4.examples 4.0.1, CC0) and the shapes of those that IHE publishes with
 * Privacy Consent on FHIR 1.1 (https://profiles.ihe.net/ITI/PCF), each with its answers or with the elements for which it is
 * refused. People and organisations are named as Chartseal names them.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'node:test';
import type { DecisionRequest } from './decision.ts';
import { admit } from '../terms/read-consent.ts';
import {
  actor,
  confidentiality,
  consent,
  consentId,
  observation,
  organization,
  purpose,
  researchScope,
  sensitivity,
  told,
} from '../testing/consents.ts';
import { handle } from '../testing/patient.ts';

const folder = dirname(fileURLToPath(import.meta.resolve('hl7.fhir.r4.examples/package.json')));

/** Readers disagree about R4's root without a type, so all but these are refused for it at least. */
const hl7: Readonly<Record<string, string>> = {
  'Consent-consent-example-Emergency.json': 'Consent.provision.type',
  'Consent-consent-example-Out.json': 'Consent.provision.type',
  'Consent-consent-example-basic.json': 'Consent.provision.type',
  'Consent-consent-example-grantor.json': 'Consent.provision.type',
  'Consent-consent-example-notAuthor.json': 'Consent.provision.type',
  'Consent-consent-example-notOrg.json': 'permit, but not to hospital-b',
  'Consent-consent-example-notThem.json': 'Consent.provision.type',
  'Consent-consent-example-notThis.json': 'Consent.provision.type',
  'Consent-consent-example-notTime.json': 'Consent.provision.type',
  'Consent-consent-example-pkb.json': 'Consent.provision.type',
  'Consent-consent-example-signature.json': 'Consent.provision.type',
  'Consent-consent-example-smartonfhir.json': 'Consent.provision.type',
};

/** Names people as Chartseal does; the rules stay as published. */
const renamed = (example: object): object => {
  const text = JSON.stringify(example).replaceAll(
    '{"reference":"Organization/f001"}',
    JSON.stringify(organization('hospital-b')),
  );
  const { resourceType: _, id: __, meta: ___, performer: ____, patient: _____, ...rest } = JSON.parse(text);
  return rest as object;
};

describe('B2 HL7’s examples', () => {
  const files = readdirSync(folder).filter((name) => name.startsWith('Consent-'));
  it('are all here', () => assert.deepEqual(files.sort(), Object.keys(hl7).sort()));
  for (const [name, expected] of Object.entries(hl7)) {
    it(`${name}: ${expected}`, () => {
      const example = JSON.parse(readFileSync(join(folder, name), 'utf8')) as object;
      const asPublished = admit(example, { patient: handle, consentId });
      assert.ok(asPublished.some(({ expression }) => expression === 'Consent.patient.reference'));
      const rest = renamed(example);
      const issues = admit(consent(rest), { patient: handle, consentId }).map(({ expression }) => expression);
      if (expected.startsWith('Consent.')) return assert.ok(issues.includes(expected), String(issues));
      assert.equal(told([rest]), 'denied-by-consent');
      assert.equal(told([rest], { organization: 'hospital-c' }), 'permit');
      return undefined;
    });
  }
});

const usual = ['TREAT', 'HPAYMT', 'HOPERAT'].map(purpose);
const permits = (rest: object = {}) => ({ provision: { type: 'permit', purpose: usual, ...rest } });
const N = { securityLabel: [confidentiality('N')] };
const R = { securityLabel: [confidentiality('R')] };
const practitioner = { reference: { reference: 'Practitioner/ex-practitioner' } };
const toPractitioner = { actor: [{ ...actor('IRCP', 'x'), ...practitioner }] };
const hiv = { ...observation, meta: { security: [sensitivity('HIV')] } };
const authored = { ...observation, performer: [practitioner.reference] };
const on = (effectiveDateTime: string) => ({ ...observation, effectiveDateTime });
const in2022 = { dataPeriod: { start: '2022-01-01', end: '2022-12-31' } };
const authoredBy = { data: [{ meaning: 'authoredby', ...practitioner }] };
const related = { data: [{ meaning: 'related', reference: { reference: 'Encounter/ex-encounter' } }] };
const instance = (id: string) => ({ data: [{ meaning: 'instance', reference: { reference: `Observation/${id}` } }] });
const deny = (rest: object) => ({ provision: [{ type: 'deny', ...rest }] });

type Answer = readonly [answer: string, change?: Partial<DecisionRequest>, resource?: Parameters<typeof told>[2]];

const pcf: readonly (readonly [string, object, readonly Answer[] | string])[] = [
  ['basic-treat', permits(), [['permit'], ['permit', { purpose: 'HPAYMT' }], ['no-consent', { purpose: 'PUBHLTH' }]]],
  [
    'basic-treat-infant',
    { ...permits(), performer: [{ reference: 'Patient/ex-mother' }] },
    'Consent.performer[0].reference',
  ],
  ['basic-ink', { ...permits(), sourceReference: { reference: 'DocumentReference/ex-consent-ink' } }, [['permit']]],
  [
    'expired-treat',
    permits({ period: { end: '2022-12-31' } }),
    [['no-consent'], ['permit', { decisionTime: Date.UTC(2022, 5) }]],
  ],
  [
    'basic-reject',
    { provision: { type: 'deny', purpose: usual } },
    [['denied-by-consent'], ['no-consent', { purpose: 'PUBHLTH' }]],
  ],
  ['basic-research', permits({ purpose: [purpose('HRESCH')] }), [['no-consent', { purpose: 'HRESCH' }]]],
  [
    'basic-research, its scope said',
    { ...permits({ purpose: [purpose('HRESCH')] }), scope: researchScope },
    [['permit', { purpose: 'CLINTRCH' }]],
  ],
  ['intermediate-timeframe', permits(in2022), [['no-consent'], ['permit', {}, on('2022-06-01')]]],
  ['intermediate-not-timeframe', permits(deny(in2022)), [['permit'], ['denied-by-consent', {}, on('2022-06-01')]]],
  ['intermediate-authoredby', permits(authoredBy), [['no-consent'], ['permit', {}, authored]]],
  [
    'intermediate-not-authoredby',
    permits(deny(authoredBy)),
    [
      ['denied-by-consent', {}, authored],
      ['permit', {}, { ...observation, performer: [{ reference: 'Practitioner/2' }] }],
    ],
  ],
  ['intermediate-encounter', permits(related), 'Consent.provision.data[0].meaning'],
  ['intermediate-not-encounter', permits(deny(related)), 'Consent.provision.provision[0].data[0].meaning'],
  ['intermediate-data', permits(instance('o1')), [['permit'], ['no-consent', {}, { ...observation, id: 'o2' }]]],
  [
    'intermediate-not-data',
    permits(deny(instance('o1'))),
    [['denied-by-consent'], ['permit', {}, { ...observation, id: 'o2' }]],
  ],
  [
    'intermediate-purpose',
    permits({ purpose: [{ system: 'http://example.org/policies/purposeOfUse', code: 'FooBar' }] }),
    'Consent.provision.purpose[0]',
  ],
  [
    'dissent-break-glass',
    {
      provision: {
        type: 'deny',
        provision: [
          {
            type: 'permit',
            purpose: [purpose('BTG')],
            actor: [{ ...actor('IRCP', 'x'), reference: { reference: 'Group/ex-privilegedUsers' } }],
          },
        ],
      },
    },
    'Consent.provision.provision[0].actor[0].reference.reference',
  ],
  ['advanced-normal', permits(N), [['permit'], ['no-consent', {}, hiv]]],
  [
    'advanced-normal-restricted',
    permits({ securityLabel: [confidentiality('N'), confidentiality('R')] }),
    [['permit'], ['permit', {}, hiv]],
  ],
  ['advanced-normal-not-restricted', permits({ ...N, ...deny(R) }), [['permit'], ['no-consent', {}, hiv]]],
  [
    'advanced-normal-focused-restricted',
    permits({ ...N, provision: [{ type: 'permit', ...R, ...toPractitioner }] }),
    'Consent.provision.provision[0].actor[0].reference.reference',
  ],
  [
    'advanced-normal-focused-psy',
    permits({ ...N, provision: [{ type: 'permit', securityLabel: [sensitivity('PSY')], ...toPractitioner }] }),
    'Consent.provision.provision[0].actor[0].reference.reference',
  ],
  [
    'advanced-normal-focused-psy-or-sdv',
    permits({
      ...N,
      provision: [{ type: 'permit', securityLabel: [sensitivity('PSY'), sensitivity('SDV')], ...toPractitioner }],
    }),
    'Consent.provision.provision[0].actor[0].reference.reference',
  ],
  [
    'advanced-normal-break-glass-restricted',
    permits({
      ...N,
      provision: [
        {
          type: 'permit',
          purpose: [purpose('BTG')],
          ...R,
          actor: [{ ...actor('IRCP', 'x'), reference: { reference: 'Group/ex-privilegedUsers' } }],
        },
      ],
    }),
    'Consent.provision.provision[0].actor[0].reference.reference',
  ],
];

describe('B2 the shapes of IHE PCF’s examples', () => {
  for (const [name, rest, expected] of pcf) {
    it(name, () => {
      if (typeof expected === 'string') {
        const issues = admit(consent(rest), { patient: handle, consentId }).map(({ expression }) => expression);
        return assert.ok(issues.includes(expected), String(issues));
      }
      for (const [answer, change, resource] of expected) assert.equal(told([rest], change, resource), answer);
      return undefined;
    });
  }

  it('a policy’s uri never decides', () => {
    assert.equal(
      told([{ ...permits(), policy: [{ uri: 'https://profiles.ihe.net/ITI/PCF/Policy-break-glass-only' }] }]),
      'permit',
    );
  });
});

/**
 * B2 and A1 on what others publish, as a patient's device takes it: the Consents of HL7's R4 examples (npm hl7.fhir.r4.examples 4.0.1, CC0) and of IHE
 * Privacy Consent on FHIR (testing/pcf-examples.json, CC BY 4.0), each with what it then permits, or with every element for which it is refused.
 */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, it } from 'node:test';
import { createValueSets, decide, factsOf, noDirectives, readConsent } from '@chartseal/consent';
import { toDirectiveConsent, type DirectiveNames } from './directive-consent.ts';
import { pcfProfile } from './pcf-profile.ts';

type Consent = Readonly<Record<string, unknown>> & { readonly id: string };

const names: DirectiveNames = {
  consentId: '00000000-0000-4000-8000-000000000001',
  patient: 'AAAAAAAAAAAAAAAAAAAAAA',
  organizations: new Map([
    ['Organization/ex-organization', 'hospital-a'],
    ['Organization/ex-org-researcher', 'hospital-c'],
    ['Organization/f001', 'hospital-b'],
    ['Organization/f203', 'hospital-a'],
  ]),
};

const labelled = (code: string) => ({
  meta: { security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code }] },
});
const observation = (id: string, rest: object = {}) => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
  subject: { reference: 'Patient/p' },
  effectiveDateTime: '2021-05-01',
  ...rest,
});
/** What is asked of each: may hospital-b read it for treatment, hospital-b for payment, hospital-b for research? */
const records = {
  weight: observation('ex-weight'),
  other: observation('other'),
  alcohol: observation('ex-alcoholUse'),
  of2022: observation('x', { effectiveDateTime: '2022-06-01' }),
  byEx: observation('y', { performer: [{ reference: 'Practitioner/ex-practitioner' }] }),
  byOther: observation('z', { performer: [{ reference: 'Practitioner/2' }] }),
  hiv: observation('h', labelled('HIV')),
} as const;
const plain = ['weight', 'other', 'alcohol', 'of2022', 'byEx', 'byOther', 'hiv'] as const;
const but = (...without: readonly string[]): readonly string[] => plain.filter((name) => !without.includes(name));

const valueSets = createValueSets([]);

/** Names of the records that a consent lets hospital-b read. */
const permitted = (
  consent: object,
  purpose = 'TREAT',
  organization = 'hospital-b',
  at = Date.UTC(2026, 5),
): readonly string[] => {
  const read = readConsent(consent, { patient: names.patient, consentId: names.consentId });
  ok(read.kind === 'terms', JSON.stringify(read));
  const said = { ...noDirectives(1), consents: [{ consentId: names.consentId, sequence: 1, terms: read.terms }] };
  const request = { organization, parents: [], custodian: 'hospital-a', purpose, decisionTime: at, implicitPolicy: {} };
  return Object.entries(records).flatMap(([name, record]) =>
    decide(() => said, request, factsOf(record, { valueSets })).effect === 'permit' ? [name] : [],
  );
};

/** Each element once, whatever is wrong with it. */
const refusedAt = (consent: object): readonly string[] => [
  ...new Set(toDirectiveConsent(consent, names).issues.map(({ expression }) => expression)),
];

type Expected = { readonly permits: readonly string[] } | { readonly refused: readonly string[] };

describe('B2 IHE PCF’s examples', () => {
  const file = readFileSync(join(import.meta.dirname, '..', 'testing', 'pcf-examples.json'), 'utf8');
  const { examples } = JSON.parse(file) as { examples: { profile: string; consent: Consent }[] };
  const focused = 'Consent.provision.provision[0].actor[0].reference';
  const expected: Readonly<Record<string, Expected>> = {
    'ex-consent-basic-treat': { permits: plain },
    'ex-consent-basic-treat-infant': { refused: ['Consent.performer[0].reference', 'Consent.performer[0].identifier'] },
    'ex-consent-basic-ink': { permits: plain },
    'ex-consent-expired-treat': { permits: [] },
    'ex-consent-basic-reject': { permits: [] },
    'ex-consent-basic-research': { permits: [] },
    'ex-consent-intermediate-timeframe': { permits: ['of2022'] },
    'ex-consent-intermediate-not-timeframe': { permits: but('of2022') },
    'ex-consent-intermediate-authoredby': { permits: ['byEx'] },
    // Who made the others is not known, so it may have been that one.
    'ex-consent-intermediate-not-authoredby': { permits: ['byOther'] },
    'ex-consent-intermediate-encounter': { refused: ['Consent.provision.data[0].meaning'] },
    'ex-consent-intermediate-not-encounter': { refused: ['Consent.provision.provision[0].data[0].meaning'] },
    'ex-consent-intermediate-data': { permits: ['weight', 'alcohol'] },
    'ex-consent-intermediate-not-data': { permits: but('alcohol') },
    'ex-consent-intermediate-purpose': { refused: ['Consent.provision.purpose[0]'] },
    'ex-dissent-intermediate-break-glass': { refused: [`${focused}.reference`, `${focused}.identifier`] },
    'ex-consent-advanced-normal': { permits: but('hiv') },
    'ex-consent-advanced-normal-restricted': { permits: plain },
    'ex-consent-advanced-normal-not-restricted': { permits: but('hiv') },
    'ex-consent-advanced-normal-focused-restricted': { refused: [`${focused}.reference`, `${focused}.identifier`] },
    'ex-consent-advanced-normal-focused-psy': { refused: [`${focused}.reference`, `${focused}.identifier`] },
    'ex-consent-advanced-normal-focused-psy-or-sdv': { refused: [`${focused}.reference`, `${focused}.identifier`] },
    'ex-consent-advanced-normal-break-glass-restricted': { refused: [`${focused}.reference`, `${focused}.identifier`] },
  };
  it('are all here', () => deepEqual(examples.map(({ consent }) => consent.id).sort(), Object.keys(expected).sort()));
  for (const { profile, consent } of examples)
    it(consent.id, () => {
      const says = expected[consent.id];
      ok(says !== undefined);
      const options = ['Basic', 'Intermediate', 'Advanced'];
      const narrowest = pcfProfile(consent)?.replace(/.*consent/, '') ?? '';
      ok(options.slice(0, options.indexOf(profile) + 1).includes(narrowest), narrowest);
      if ('refused' in says) return deepEqual(refusedAt(consent), says.refused);
      const made = toDirectiveConsent(consent, names);
      deepEqual([made.issues, made.unmapped], [[], []]);
      deepEqual(permitted(made.consent), says.permits);
      return equal(pcfProfile(made.consent), pcfProfile(consent));
    });

  it('counted at their own time, for their own purposes', () => {
    const made = (id: string): object =>
      toDirectiveConsent(examples.find(({ consent }) => consent.id === id)?.consent ?? {}, names).consent;
    deepEqual(permitted(made('ex-consent-expired-treat'), 'TREAT', 'hospital-b', Date.UTC(2022, 5)), plain);
    deepEqual(permitted(made('ex-consent-basic-treat'), 'HPAYMT'), plain);
    deepEqual(permitted(made('ex-consent-basic-treat'), 'PUBHLTH'), []);
    // A5: research needs its scope, which PCF fixes to patient-privacy.
    deepEqual(permitted(made('ex-consent-basic-research'), 'HRESCH'), []);
  });
});

describe('B2 HL7’s examples', () => {
  const folder = dirname(fileURLToPath(import.meta.resolve('hl7.fhir.r4.examples/package.json')));
  const files = readdirSync(folder).filter((name) => name.startsWith('Consent-'));
  const nameOf = (file: string): string => /-example-(.*)\.json$/.exec(file)?.[1] ?? '';
  /** Readers disagree about R4's root without a type, so all but one are refused for it at least. */
  const root = 'Consent.provision.type';
  const actor = (index: number): readonly string[] =>
    ['reference', 'identifier'].map((name) => `Consent.provision.actor[${index}].reference.${name}`);
  const expected: Readonly<Record<string, Expected>> = {
    Emergency: { refused: ['Consent.category[0].coding', root] },
    Out: { refused: [root] },
    basic: { refused: [root] },
    grantor: { refused: [root, ...actor(1)] },
    notAuthor: { refused: [root] },
    notOrg: { permits: [] },
    notThem: { refused: [root, ...actor(0)] },
    notThis: { refused: [root, 'Consent.provision.data[0].meaning'] },
    notTime: { refused: [root] },
    pkb: { refused: [root, ...Array.from({ length: 11 }, (_, index) => `Consent.provision.provision[${index}].type`)] },
    signature: { refused: [root, ...actor(0), 'Consent.provision.provision[0].class[0]'] },
    smartonfhir: { refused: ['Consent.performer[0].reference', 'Consent.performer[0].identifier', root] },
  };
  it('are all here', () => deepEqual(files.map(nameOf).sort(), Object.keys(expected).sort()));
  for (const file of files)
    it(nameOf(file), () => {
      const consent = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Consent;
      const says = expected[nameOf(file)];
      if (says === undefined || 'refused' in says) return deepEqual(refusedAt(consent), says?.refused);
      const made = toDirectiveConsent(consent, names);
      deepEqual([made.issues, made.unmapped], [[], []]);
      deepEqual(permitted(made.consent), says.permits);
      return deepEqual(permitted(made.consent, 'TREAT', 'hospital-c'), plain);
    });
});

import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { admit, readConsent } from '@chartseal/consent';
import { validateResource } from '@chartseal/fhir';
import { consentFor, everyone, type GrantTerms, type RuleTerms } from './consent-terms.ts';
import { toDirectiveConsent } from './directive-consent.ts';
import { pcfProfile } from './pcf-profile.ts';

const names = {
  consentId: '00000000-0000-4000-8000-000000000001',
  patient: 'AAAAAAAAAAAAAAAAAAAAAA',
  custodian: 'hospital-a',
  dateTime: '2026-01-01T00:00:00Z',
};
const made = (terms: GrantTerms) => consentFor(terms, names);

const some = <T>(...values: readonly T[]): fc.Arbitrary<readonly T[]> =>
  fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });
const date = fc.constantFrom('2024', '2024-02', '2024-02-29', '2024-02-29T12:00:00Z');
const rule = (depth: number): fc.Arbitrary<RuleTerms> =>
  fc.record(
    {
      type: fc.constantFrom('permit', 'deny'),
      to: fc.oneof(fc.constantFrom('hospital-b', everyone), some('hospital-b', 'hospital-c')),
      purposes: some('TREAT', 'HPAYMT', 'ETREAT', 'BTG'),
      from: date,
      until: fc.constantFrom('2025', '2025-12-31'),
      dataFrom: date,
      dataUntil: fc.constantFrom('2025', '2025-12-31'),
      classes: some('Observation', 'Condition'),
      documentTypes: some('34133-9'),
      codes: some({ system: 'http://snomed.info/sct', code: '86406008' }),
      labels: some('N', 'R', 'PSY', 'HIV'),
      authors: some<{ organization: string } | { reference: string }>(
        { organization: 'hospital-c' },
        { reference: 'Practitioner/1' },
      ),
      records: some('Observation/1', 'Encounter/2'),
      ...(depth === 0 ? {} : { exceptions: fc.array(rule(depth - 1), { maxLength: 2 }) }),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<RuleTerms>;
const grant: fc.Arbitrary<GrantTerms> = rule(2).map((of) => ({ to: everyone, purposes: [], ...of }));

it('whatever is said becomes valid R4 that the custodian takes, and nothing is lost of it', () => {
  fc.assert(
    fc.property(grant, (terms) => {
      const consent = made(terms);
      deepEqual(admit(consent, names), []);
      const errors = validateResource(consent as never).filter(
        ({ severity }) => severity === 'error' || severity === 'fatal',
      );
      deepEqual(errors, [], JSON.stringify(consent));
      const read = readConsent(consent, names);
      ok(read.kind === 'terms' && read.terms.root !== undefined);
      const { root } = read.terms;
      equal(root.type, terms.type ?? 'permit');
      equal(root.rules.length, terms.exceptions?.length ?? 0);
      deepEqual(root.securityLabels, terms.labels);
      equal(root.data?.length, (terms.records?.length ?? 0) + (terms.authors?.length ?? 0) || undefined);
      equal(root.dataPeriod === undefined, terms.dataFrom === undefined && terms.dataUntil === undefined);
    }),
    { numRuns: 300 },
  );
});

it('claims the IHE PCF profile that it is of', () => {
  const basic = { to: 'hospital-b', purposes: ['TREAT'] };
  const profiles = [
    [basic, 'Basic'],
    [{ ...basic, type: 'deny' }, 'Basic'],
    [{ ...basic, dataFrom: '2024' }, 'Intermediate'],
    [{ ...basic, exceptions: [{ type: 'deny', records: ['Observation/1'] }] }, 'Intermediate'],
    [{ ...basic, labels: ['N'] }, 'Advanced'],
    [{ ...basic, exceptions: [{ type: 'deny', labels: ['PSY'] }] }, 'Advanced'],
    [{ ...basic, classes: ['Observation'] }, undefined],
    [{ ...basic, exceptions: [{ exceptions: [{}] }] }, undefined],
    [{ ...basic, purposes: ['HRESCH'] }, undefined],
  ] as const satisfies readonly (readonly [GrantTerms, string | undefined])[];
  for (const [terms, profile] of profiles) {
    const consent = made(terms);
    const { meta } = consent as { meta?: { profile: string[] } };
    equal(meta?.profile[0]?.replace(/.*consent/, ''), profile, JSON.stringify(terms));
    equal(pcfProfile(consent), meta?.profile[0]);
  }
});

it('is for research alone, or not at all', () => {
  const { scope } = made({ to: 'hospital-b', purposes: ['HRESCH', 'CLINTRCH'] }) as unknown as {
    scope: { coding: { code: string }[] };
  };
  equal(scope.coding[0]?.code, 'research');
  throws(() => made({ to: 'hospital-b', purposes: ['TREAT', 'HRESCH'] }), RangeError);
});

it('made out of another’s Consent, says of whom it does not know the name, and changes nothing else', () => {
  const elsewhere = {
    ...made({ to: [], purposes: ['TREAT'] }),
    patient: { reference: 'Patient/1' },
    performer: [{ reference: 'Patient/1' }, { reference: 'RelatedPerson/2' }],
    organization: [{ reference: 'Organization/3' }, { reference: 'Organization/4' }],
    provision: {
      type: 'permit',
      actor: [
        {
          role: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType', code: 'IRCP' }] },
          reference: { reference: 'https://b.example/fhir/Organization/5' },
        },
      ],
      data: [{ meaning: 'authoredby', reference: { reference: 'Organization/3' } }],
    },
  };
  const organizations = new Map([
    ['Organization/3', 'hospital-a'],
    ['https://b.example/fhir/Organization/5', 'hospital-b'],
  ]);
  const { consent, unmapped, issues } = toDirectiveConsent(elsewhere, { ...names, organizations });
  deepEqual(unmapped, ['Consent.performer[1].reference', 'Consent.organization[1].reference']);
  deepEqual(
    [...new Set(issues.map(({ expression }) => expression.split('.').slice(0, 2).join('.')))],
    ['Consent.performer[1]', 'Consent.organization[1]'],
  );
  const of = (value: string) => ({ identifier: { system: 'urn:chartseal:organization', value } });
  const { provision, ...rest } = elsewhere;
  deepEqual(consent, {
    ...rest,
    patient: { identifier: { system: 'urn:chartseal:patient', value: names.patient } },
    performer: [
      { identifier: { system: 'urn:chartseal:patient', value: names.patient } },
      { reference: 'RelatedPerson/2' },
    ],
    organization: [of('hospital-a'), { reference: 'Organization/4' }],
    provision: {
      type: 'permit',
      actor: [{ role: provision.actor[0]?.role, reference: of('hospital-b') }],
      data: [{ meaning: 'authoredby', reference: of('hospital-a') }],
    },
  });
});

/** The examples that https://hl7.org/fhir/R4/search.html publishes, one by one, and what else its text says: references, and what follows them. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { find, type Stored } from './testing/find.ts';

const ucum = 'http://unitsofmeasure.org';
const loinc = 'http://loinc.org';

type Row = readonly [search: string, found: string];

const all = (rows: readonly Row[], resources: readonly Stored[]): void => {
  for (const [search, found] of rows) assert.equal(find(search, resources), found, search);
};

/** One resource for each value; its id is its place. */
const each = <T>(values: readonly T[], make: (value: T) => { readonly resourceType: string }): readonly Stored[] =>
  values.map((value, place) => ({ ...make(value), id: String(place) }));

describe('reference', () => {
  const about = (subject: object): { readonly resourceType: string; readonly subject: object } => ({
    resourceType: 'Observation',
    subject,
  });
  const observations = each(
    [
      { reference: 'Patient/23' },
      { reference: 'http://example.org/fhir/Patient/23' },
      { reference: 'Patient/23/_history/2' },
      { reference: 'Group/23' },
      { reference: 'http://b.example/Patient/23' },
      { identifier: { system: 'http://acme.org/fhir/identifier/mrn', value: '123456' } },
    ],
    about,
  );

  it('is found by id, type and URL, relative or absolute', () => {
    all(
      [
        ['Observation?subject=Patient/23', '0 1 2'],
        ['Observation?subject=23', '0 1 2 3'],
        ['Observation?subject:Patient=23', '0 1 2'],
        ['Observation?patient=23', '0 1 2'],
        ['Observation?subject=http://example.org/fhir/Patient/23', '0 1 2'],
        ['Observation?subject=http://b.example/Patient/23', '4'],
        ['Observation?subject:identifier=http://acme.org/fhir/identifier/mrn|123456', '5'],
        ['Observation?subject:Practitioner=23', 'refused not-supported'],
        ['Observation?subject:below=http://b.example/Patient/23', 'refused not-supported'],
        ['Observation?encounter:above=21', 'refused not-supported'],
      ],
      observations,
    );
  });

  it('is canonical with its version, without, and with its beginning', () => {
    const plans = each(
      ['http://acme.com/p|1.0', 'http://acme.com/p|1.1', 'http://acme.com/p|2.0', 'http://acme.com/q'],
      (url) => ({
        resourceType: 'CarePlan',
        instantiatesCanonical: [url],
      }),
    );
    all(
      [
        ['CarePlan?instantiates-canonical=http://acme.com/p', '0 1 2'],
        ['CarePlan?instantiates-canonical=http://acme.com/p|1.1', '1'],
        ['CarePlan?instantiates-canonical:below=http://acme.com/p', '0 1 2'],
        ['CarePlan?instantiates-canonical:below=http://acme.com/p|1', '0 1'],
        ['CarePlan?instantiates-canonical:below=http://acme.com/p|1.0', '0'],
        ['CarePlan?instantiates-canonical:identifier=x|y', 'refused not-supported'],
      ],
      plans,
    );
  });
});

describe('chains, reverse chains, lists and composites', () => {
  const world: readonly (Stored & { readonly [member: string]: unknown })[] = [
    { resourceType: 'Practitioner', id: 'joe', name: [{ family: 'Joe' }], address: [{ state: 'CA' }] },
    { resourceType: 'Practitioner', id: 'jane', name: [{ family: 'Jane' }], address: [{ state: 'MN' }] },
    {
      resourceType: 'Patient',
      id: 'peter',
      name: [{ given: ['Peter'] }],
      generalPractitioner: [{ reference: 'Practitioner/joe' }, { reference: 'Practitioner/jane' }],
    },
    { resourceType: 'Group', id: 'peter', code: { text: 'x' } },
    { resourceType: 'Patient', id: 'other', name: [{ given: ['Paul'] }] },
    {
      resourceType: 'Observation',
      id: 'potassium',
      code: { coding: [{ system: loinc, code: '2823-3' }, { code: '1234-5' }] },
      subject: { reference: 'Patient/peter' },
      valueQuantity: { value: 6, system: ucum, code: 'mmol/L' },
    },
    {
      resourceType: 'Observation',
      id: 'pressure',
      component: [
        { code: { coding: [{ system: loinc, code: '8480-6' }] }, valueQuantity: { value: 107 } },
        { code: { coding: [{ system: loinc, code: '8462-4' }] }, valueQuantity: { value: 50 } },
      ],
    },
    {
      resourceType: 'DiagnosticReport',
      id: 'report',
      subject: { reference: 'Patient/peter' },
      result: [{ reference: 'Observation/potassium' }],
    },
    {
      resourceType: 'AuditEvent',
      id: 'audit',
      agent: [{ who: { reference: 'Practitioner/joe' } }],
      entity: [{ what: { reference: 'Observation/potassium' } }],
    },
    { resourceType: 'List', id: '42', entry: [{ item: { reference: 'Patient/peter' } }] },
    {
      resourceType: 'Group',
      id: 'mixed',
      characteristic: [
        { code: { coding: [{ code: 'gender' }] }, valueCodeableConcept: { coding: [{ code: 'mixed' }] } },
        { code: { coding: [{ code: 'owner' }] }, valueCodeableConcept: { coding: [{ code: 'Eve' }] } },
      ],
    },
  ];

  it('are followed to any depth, each by itself', () => {
    all(
      [
        ['DiagnosticReport?subject.name=peter', 'report'],
        ['DiagnosticReport?subject:Patient.name=peter', 'report'],
        ['DiagnosticReport?subject:Group.code=x', ''],
        ['DiagnosticReport?subject.general-practitioner.name=jane', 'report'],
        ['DiagnosticReport?subject.name=paul', ''],
        ['DiagnosticReport?subject.hair=red', 'refused not-supported'],
        // Of the types that an item may have, those count whose `code` has words.
        ['List?item.code:text=x', ''],
        ['List?item.name:text=x', 'refused not-supported'],
        ['DiagnosticReport?hair.name=red', 'unknown'],
        // "No one practitioner need satisfy both conditions."
        ['Patient?general-practitioner.name=Joe&general-practitioner.address-state=MN', 'peter'],
        ['Patient?general-practitioner:missing=true', 'other'],
        ['Patient?_has:Observation:patient:code=1234-5', 'peter'],
        ['Patient?_has:Observation:patient:code=123,1234-5', 'peter'],
        ['Patient?_has:Observation:patient:code=2823-3&_has:Observation:patient:code=456', ''],
        ['Patient?_has:Observation:patient:_has:AuditEvent:entity:agent=Practitioner/joe', 'peter'],
        ['Patient?_has:Observation:patient:_has:AuditEvent:entity:agent.name=joe', 'peter'],
        ['DiagnosticReport?subject._has:Observation:patient:code=1234-5', 'report'],
        ['Patient?_has:Observation:encounter:code=1234-5', 'refused not-supported'],
        ['Patient?_list=42', 'peter'],
        ['Patient?_list=43', ''],
        ['Observation?subject._list=42', 'potassium'],
      ],
      world,
    );
  });

  it('hold within one instance of a composite', () => {
    all(
      [
        [`DiagnosticReport?result.code-value-quantity=${loinc}|2823-3$gt5.4|${ucum}|mmol/L`, 'report'],
        [`DiagnosticReport?result.code-value-quantity=${loinc}|2823-3$lt5.4|${ucum}|mmol/L`, ''],
        [`Observation?component-code-value-quantity=${loinc}|8480-6$lt60`, ''],
        [`Observation?component-code-value-quantity=${loinc}|8462-4$lt60`, 'pressure'],
        [`Observation?component-code-value-quantity=${loinc}|8480-6$lt60,${loinc}|8480-6$107`, 'pressure'],
        ['Group?characteristic-value=gender$mixed', 'mixed'],
        ['Group?characteristic-value=gender$Eve,owner$Eve', 'mixed'],
        ['Group?characteristic-value=gender$Eve', ''],
        ['Group?characteristic-value=gender', 'refused invalid'],
        ['Group?characteristic-value:not=gender$mixed', 'refused not-supported'],
      ],
      world,
    );
  });
});

/** The records that the table's searches find. Nothing else is there when they run. */
const loinc = 'http://loinc.org';
const snomed = 'http://snomed.info/sct';
const ucum = 'http://unitsofmeasure.org';
const coded = (system: string, code: string, display?: string): object => ({
  coding: [{ system, code, ...(display === undefined ? {} : { display }) }],
});
const quantity = (value: number, code: string): object => ({ value, unit: code, system: ucum, code });
const to = (reference: string): object => ({ reference });

const observation = (id: string, code: object, members: object): object => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code,
  ...members,
});

const riskAssessment = (id: string, prediction: object): object => ({
  resourceType: 'RiskAssessment',
  id,
  status: 'final',
  subject: to('Patient/peter'),
  prediction: [prediction],
});

const procedure = (id: string, performed: object): object => ({
  resourceType: 'Procedure',
  id,
  status: 'completed',
  subject: to('Patient/peter'),
  ...performed,
});

const valueSet = (id: string, url: string): object => ({
  resourceType: 'ValueSet',
  id,
  url,
  version: '1.2',
  status: 'active',
});

export const fixtures: readonly object[] = [
  { resourceType: 'Organization', id: 'group', name: 'Health Group', identifier: [{ system: 'urn:org', value: 'G' }] },
  { resourceType: 'Organization', id: 'acme', name: 'Acme Hospital', partOf: to('Organization/group') },
  {
    resourceType: 'Practitioner',
    id: 'adam',
    name: [{ family: 'Careful', given: ['Adam'] }],
    identifier: [{ system: 'urn:npi', value: '23' }],
  },
  {
    resourceType: 'Patient',
    id: 'peter',
    meta: {
      profile: ['http://example.org/fhir/StructureDefinition/patient'],
      source: 'http://example.org/feeds/adt',
      tag: [{ system: 'urn:tag', code: 'blue' }],
      security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'N' }],
    },
    active: true,
    identifier: [
      {
        type: coded('http://terminology.hl7.org/CodeSystem/v2-0203', 'MR'),
        system: 'urn:mrn',
        value: '12345',
        assigner: to('Organization/acme'),
      },
    ],
    name: [{ family: 'Chalmers', given: ['Peter', 'James'] }],
    telecom: [
      { system: 'phone', value: '5555' },
      { system: 'email', value: 'peter@example.org' },
    ],
    gender: 'male',
    birthDate: '1974-12-25',
    address: [{ line: ['534 Erewhon St'], city: 'Pleasant Ville', postalCode: '3999', country: 'NL' }],
    generalPractitioner: [to('Practitioner/adam')],
    managingOrganization: to('Organization/acme'),
  },
  {
    resourceType: 'Patient',
    id: 'anna',
    identifier: [{ value: 'a,b|c$d\\e' }],
    name: [{ family: 'Müller', given: ['Anna'] }],
    gender: 'female',
    birthDate: '1980-03-01',
    deceasedDateTime: '2019-11-11T10:00:00Z',
    managingOrganization: { identifier: { system: 'urn:org', value: 'G' }, display: 'The group' },
  },
  { resourceType: 'Patient', id: 'nobody', birthDate: '1974-12', active: false },
  {
    resourceType: 'Encounter',
    id: 'visit',
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    subject: to('Patient/peter'),
    period: { start: '2020-01-01', end: '2020-01-05' },
    length: quantity(4, 'd'),
  },
  {
    resourceType: 'Encounter',
    id: 'stay',
    status: 'in-progress',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
    subject: to('Patient/anna'),
    period: { start: '2020-01-04T12:00:00Z' },
  },
  observation(
    'pulse',
    { ...coded(loinc, '8867-4', 'Heart rate'), text: 'Pulse at rest' },
    {
      category: [coded('http://terminology.hl7.org/CodeSystem/observation-category', 'vital-signs')],
      subject: to('Patient/peter'),
      encounter: to('Encounter/visit'),
      effectiveDateTime: '2020-01-02T10:00:00Z',
      performer: [to('Practitioner/adam')],
      valueQuantity: quantity(60, '/min'),
    },
  ),
  observation('lead', coded(loinc, '5671-3'), {
    subject: to('Patient/anna'),
    effectiveDateTime: '2020-02',
    valueQuantity: quantity(5.4, 'mg'),
  }),
  observation('lead-again', coded(loinc, '5671-3'), {
    subject: to('Patient/anna'),
    effectivePeriod: { start: '2020-03-01', end: '2020-03-31' },
    valueQuantity: quantity(5400, 'ug'),
  }),
  observation('words', coded('urn:local', '8867-4'), { subject: to('Patient/peter'), valueString: 'Positive result' }),
  observation('coded', coded(loinc, '883-9'), {
    subject: to('Patient/peter'),
    valueCodeableConcept: coded(snomed, '112144000', 'Blood group A'),
  }),
  observation('pressure', coded(loinc, '85354-9'), {
    subject: to('Patient/peter'),
    component: [
      { code: coded(loinc, '8480-6'), valueQuantity: quantity(107, 'mm[Hg]') },
      { code: coded(loinc, '8462-4'), valueQuantity: quantity(60, 'mm[Hg]') },
    ],
  }),
  riskAssessment('even', { probabilityDecimal: 0.5 }),
  riskAssessment('more', { probabilityDecimal: 0.54 }),
  riskAssessment('most', { probabilityDecimal: 0.9 }),
  procedure('day', { performedDateTime: '2013-01-14' }),
  procedure('noon', { performedDateTime: '2013-01-14T12:00:00Z' }),
  procedure('month', { performedDateTime: '2013-01' }),
  procedure('open', { performedPeriod: { start: '2013-01-21' } }),
  procedure('timeless', {}),
  valueSet('root', 'http://example.org/fhir'),
  valueSet('leaf', 'http://example.org/fhir/ValueSet/123'),
  valueSet('other', 'http://example.org/fhirstation'),
  valueSet('oid', 'urn:oid:1.2.3.4.5'),
  {
    resourceType: 'List',
    id: 'worklist',
    status: 'current',
    mode: 'working',
    entry: [{ item: to('Observation/pulse') }, { item: to('Observation/words') }],
  },
  {
    resourceType: 'Consent',
    id: 'opt-in',
    status: 'active',
    scope: coded('http://terminology.hl7.org/CodeSystem/consentscope', 'patient-privacy'),
    category: [coded(loinc, '59284-0')],
    patient: to('Patient/peter'),
    policyRule: coded('http://terminology.hl7.org/CodeSystem/v3-ActCode', 'OPTIN'),
    provision: { purpose: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code: 'ETREAT' }] },
  },
  {
    resourceType: 'DocumentReference',
    id: 'letter',
    status: 'current',
    subject: to('Patient/peter'),
    content: [{ attachment: { contentType: 'text/plain', url: 'Binary/letter' } }],
    relatesTo: [{ code: 'replaces', target: to('DocumentReference/draft') }],
  },
  {
    resourceType: 'DocumentReference',
    id: 'draft',
    status: 'superseded',
    subject: to('Patient/peter'),
    content: [{ attachment: { contentType: 'text/plain; charset=utf-8', url: 'http://example.org/draft.txt' } }],
  },
];

/** What hospital-a keeps of Ana and of Ben. Ids are record numbers, as hospitals choose them. */

export type Resource = { readonly resourceType: string; readonly id: string; readonly [member: string]: unknown };

const ana = { reference: 'Patient/ana' };
const ben = { reference: 'Patient/ben' };
const snomed = (code: string, display: string): object => ({
  coding: [{ system: 'http://snomed.info/sct', code, display }],
});
const hiv = 'Human immunodeficiency virus infection';
const weight = (id: string, subject: object, rest: object = {}): Resource => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'weight' },
  subject,
  ...rest,
});
const benNumber = { system: 'urn:mrn', value: '4711' };
const order = (id: string, medication: string): Resource => ({
  resourceType: 'MedicationRequest',
  id,
  status: 'active',
  intent: 'order',
  subject: ana,
  medicationReference: { reference: `Medication/${medication}` },
});

/** What no answer may say unless a row of the table says that it may. */
export const secrets = { ofBen: 'Secretname', ofHiv: hiv, ofTheMedicine: 'dolutegravir', inProse: 'cHJvc2U=' } as const;

/** Names Ben in every way in which a reference can. */
const naming = (reference: string): object => ({ reference, display: secrets.ofBen });
const glucose = (id: string, effectiveDateTime: string): Resource =>
  weight(id, ana, { code: { text: 'glucose' }, effectiveDateTime });
const note = (id: string, subject: object, ...attachments: readonly object[]): Resource => ({
  resourceType: 'DocumentReference',
  id,
  status: 'current',
  subject,
  content: attachments.map((attachment) => ({ attachment })),
});
const scan = (id: string): Resource => ({
  resourceType: 'Binary',
  id,
  contentType: 'text/plain',
  data: secrets.inProse,
});

/** Each under what a clinician would call it. */
export const records = {
  'Ana herself': { resourceType: 'Patient', id: 'ana', name: [{ family: 'Ana' }] },
  'Ben himself': { resourceType: 'Patient', id: 'ben', name: [{ family: secrets.ofBen }], identifier: [benNumber] },
  'her weight': weight('ana-weight', ana),
  'his weight': weight('ben-weight', ben),
  'her weight beside his': weight('ana-beside-ben', ana, {
    derivedFrom: [{ reference: 'Observation/ben-weight', display: secrets.ofBen }],
  }),
  'her weight, which he told': weight('ana-told-by-ben', ana, {
    performer: [{ identifier: benNumber, display: secrets.ofBen }],
  }),
  'her weight beside what his was once': weight('ana-beside-once', ana, {
    derivedFrom: [naming('Observation/ben-weight/_history/1')],
    extension: [{ url: 'http://example.org/told-by', valueReference: { ...naming('Patient/ben'), type: 'Patient' } }],
  }),
  'her weight, which he told in his own words': weight('ana-in-words', ana, {
    text: {
      status: 'generated',
      div: `<div xmlns="http://www.w3.org/1999/xhtml">${secrets.ofBen} told it</div>`,
    },
    contained: [{ resourceType: 'RelatedPerson', id: 'teller', patient: naming('Patient/ben') }],
    performer: [naming('Patient/ben'), { reference: '#teller', display: 'a relative' }],
  }),
  'her glucose of years ago': glucose('ana-glucose-then', '2019-05-01'),
  'her glucose of this year': glucose('ana-glucose-now', '2026-05-01'),
  'her consent to everything, on paper': {
    resourceType: 'Consent',
    id: 'ana-paper',
    status: 'active',
    scope: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' }] },
    category: [{ coding: [{ system: 'http://loinc.org', code: '59284-0' }] }],
    patient: ana,
    policyRule: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'OPTIN' }] },
  },
  'her HIV infection': { resourceType: 'Condition', id: 'ana-hiv', subject: ana, code: snomed('86406008', hiv) },
  'a visit because of it': {
    resourceType: 'Procedure',
    id: 'ana-visit',
    status: 'completed',
    subject: ana,
    code: { text: 'visit' },
    reasonReference: [{ reference: 'Condition/ana-hiv', display: hiv }],
  },
  'an order for dolutegravir': order('ana-order', 'dolutegravir'),
  'an order for an ointment': order('ana-ointment', 'ointment'),
  'an order for what was made for Ben': order('ana-made', 'made-for-ben'),
  'a note in prose': {
    resourceType: 'DocumentReference',
    id: 'ana-note',
    status: 'current',
    subject: ana,
    content: [{ attachment: { contentType: 'text/plain', data: secrets.inProse } }],
  },
  'the file of a note': {
    resourceType: 'Binary',
    id: 'ana-file',
    contentType: 'text/plain',
    data: secrets.inProse,
    securityContext: ana,
  },
  'a note with a scan': note('ana-scanned', ana, { contentType: 'text/plain', url: 'Binary/ana-scan' }),
  'its scan': scan('ana-scan'),
  'a note of hers with a scan of both': note('ana-shared', ana, { contentType: 'text/plain', url: 'Binary/both-scan' }),
  'his note with that scan': note('ben-shared', ben, { contentType: 'text/plain', url: 'Binary/both-scan' }),
  'the scan of both': scan('both-scan'),
  'a scan that nothing references': scan('stray-scan'),
  'a list of his that has her weight on it': {
    resourceType: 'List',
    id: 'ben-list',
    status: 'current',
    mode: 'working',
    subject: ben,
    entry: [{ item: { reference: 'Observation/ana-weight' } }],
  },
  'an account of both': { resourceType: 'Account', id: 'both', status: 'active', subject: [ana, ben] },
  'a group of both': {
    resourceType: 'Group',
    id: 'family',
    type: 'person',
    actual: true,
    member: [{ entity: ana }, { entity: ben }],
  },
  'a list of nobody': { resourceType: 'List', id: 'nobody', status: 'current', mode: 'working' },
  'a form of hers with a diagnosis of his': {
    resourceType: 'Parameters',
    id: 'form',
    parameter: [
      { name: 'who', valueReference: ana },
      {
        name: 'what',
        resource: { resourceType: 'Condition', subject: ben, code: { text: secrets.ofBen } },
      },
    ],
  },
} as const satisfies Record<string, Resource>;

export type RecordName = keyof typeof records;

/** Shown only beside what references them. */
export const medicines: readonly Resource[] = [
  {
    resourceType: 'Medication',
    id: 'dolutegravir',
    code: {
      coding: [
        {
          system: 'http://www.nlm.nih.gov/research/umls/rxnorm',
          code: '1433873',
          display: secrets.ofTheMedicine,
        },
      ],
    },
  },
  { resourceType: 'Medication', id: 'ointment', code: { text: 'ointment' } },
  {
    resourceType: 'Medication',
    id: 'made-for-ben',
    code: { text: `for ${secrets.ofBen}` },
    extension: [{ url: 'http://example.org/made-for', valueReference: ben }],
  },
];

export const laboratoryNumber = (value: string): object => ({ identifier: [{ system: 'urn:lab', value }] });

/** Ben's, of every kind beside Observation that can be asked for in a way of its own, under one id. */
export const namesakes = (id: string): readonly Resource[] => [
  { ...records['Ben himself'], id, link: [{ other: ben, type: 'seealso' }] },
  { ...scan(id), securityContext: ben },
  { ...records['a list of his that has her weight on it'], id },
  { ...records['his note with that scan'], id },
  {
    resourceType: 'Encounter',
    id,
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    subject: ben,
  },
];

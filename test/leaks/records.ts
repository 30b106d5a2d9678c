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

/** What the two worlds keep: the same for whoever may read it, and beside it what hospital-b may not. */
import type { Resource } from './records.ts';

const ana = { reference: 'Patient/ana' };
const ben = { reference: 'Patient/ben' };
const cara = { reference: 'Patient/cara' };
const snomed = (code: string, display: string): object => ({
  coding: [{ system: 'http://snomed.info/sct', code, display }],
});
const weight = (id: string, subject: object, rest: object = {}): Resource => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: { text: 'weight' },
  subject,
  identifier: [{ system: 'urn:lab', value: id }],
  ...rest,
});
const condition = (id: string, subject: object, code: object): Resource => ({
  resourceType: 'Condition',
  id,
  subject,
  code,
});
const number = (value: string): object => ({ system: 'urn:mrn', value });
const hiv = snomed('86406008', 'Human immunodeficiency virus infection');
const depression = snomed('35489007', 'Depressive disorder');
const cold = snomed('82272006', 'Common cold');

/** Some writes to one world; `shown` ones go to both, at the same place in the order. */
export type Write =
  | { readonly kind: 'shown'; readonly resource: Resource }
  | { readonly kind: 'withheld'; readonly a: readonly Resource[]; readonly b: readonly Resource[] };

const shown = (resource: Resource): Write => ({ kind: 'shown', resource });

/** More than a page of them: 30 of Ana’s, between which world A keeps some of Ben’s and what she shows nobody. */
const woven = Array.from({ length: 30 }, (_, index): readonly Write[] => {
  const a = [weight(`ben-weight-${index}`, ben)];
  if (index % 10 === 5) a.push(condition(`ana-hiv-${index}`, ana, hiv));
  return [
    { kind: 'withheld', a, b: index % 15 === 7 ? [weight(`zoe-weight-${index}`, { reference: 'Patient/zoe' })] : [] },
    shown(weight(`ana-weight-${index}`, ana, { effectiveDateTime: `2026-01-${String(index + 1).padStart(2, '0')}` })),
  ];
}).flat();

/** Few enough to be asked for thousands of times. */
const few: readonly Write[] = [
  shown({ resourceType: 'Patient', id: 'cara', name: [{ family: 'Cara' }] }),
  { kind: 'withheld', a: ['0', '1', '2'].map((each) => condition(`cara-hiv-${each}`, cara, hiv)), b: [] },
  shown(weight('cara-weight', cara)),
];

const wordsOfBen = [
  {
    resourceType: 'Patient',
    id: 'ben',
    name: [{ family: 'Secretname' }],
    identifier: [number('4711')],
  },
  weight('ben-weight', ben),
  condition('ben-hiv', ben, hiv),
  { resourceType: 'Binary', id: 'ben-file', contentType: 'text/plain', data: 'cHJvc2U=', securityContext: ben },
] as const satisfies readonly Resource[];

const wordsOfZoe = [
  { resourceType: 'Patient', id: 'zoe', name: [{ family: 'Elsewhere' }] },
  weight('zoe-weight', { reference: 'Patient/zoe' }),
] as const satisfies readonly Resource[];

const dolutegravir = {
  system: 'http://www.nlm.nih.gov/research/umls/rxnorm',
  code: '1433873',
  display: 'dolutegravir',
};

const hidden = [
  { resourceType: 'Medication', id: 'dolutegravir', code: { coding: [dolutegravir] } },
  condition('ana-hiv', ana, hiv),
  {
    resourceType: 'DocumentReference',
    id: 'ana-note',
    status: 'current',
    subject: ana,
    content: [{ attachment: { contentType: 'text/plain', data: 'cHJvc2U=' } }],
  },
  {
    resourceType: 'MedicationRequest',
    id: 'ana-order',
    status: 'active',
    intent: 'order',
    subject: ana,
    medicationReference: { reference: 'Medication/dolutegravir' },
  },
  { resourceType: 'Account', id: 'both', status: 'active', subject: [ana, ben] },
] as const satisfies readonly Resource[];

export const writes: readonly Write[] = [
  ...few,
  { kind: 'withheld', a: wordsOfBen, b: wordsOfZoe },
  shown({ resourceType: 'Patient', id: 'ana', name: [{ family: 'Ana' }], identifier: [number('0815')] }),
  { kind: 'withheld', a: hidden, b: [] },
  ...woven,
  // What they reference is there in world A alone, and withheld.
  shown(
    weight('ana-beside-ben', ana, { derivedFrom: [{ reference: 'Observation/ben-weight', display: 'Secretname' }] }),
  ),
  shown(
    weight('ana-told', ana, {
      performer: [{ identifier: number('4711'), display: 'Secretname' }],
    }),
  ),
  shown({
    resourceType: 'Procedure',
    id: 'ana-visit',
    status: 'completed',
    subject: ana,
    code: { text: 'visit' },
    reasonReference: [{ reference: 'Condition/ana-hiv', display: 'because of it' }],
  }),
  // One version before, both worlds kept something else under that name, and neither shows it.
  {
    kind: 'withheld',
    a: [condition('ana-corrected', ana, hiv)],
    b: [condition('ana-corrected', ana, depression)],
  },
  shown(condition('ana-corrected', ana, cold)),
  { kind: 'withheld', a: [weight('ben-was-it', ben)], b: [] },
];

/** What Ana has said, and what of the records another hospital then sees, whichever way it asks. Ben has said nothing. */
import type { GrantTerms } from '@chartseal/client';
import type { RecordName, secrets } from './records.ts';

export type Row = {
  readonly ana: string;
  /** In the order in which she says it. */
  readonly says: readonly GrantTerms[];
  /** What is done after. */
  readonly afterwards?: 'freeze' | 'revoke' | 'enrol anew';
  readonly asks: 'hospital-b' | 'hospital-c';
  readonly purpose: 'TREAT' | 'HPAYMT' | 'HRESCH';
  readonly sees: readonly RecordName[];
  /** Of the secrets, those that this shows. */
  readonly learns: readonly (keyof typeof secrets)[];
};

const ordinary: readonly RecordName[] = [
  'Ana herself',
  'her weight',
  'her weight beside his',
  'her weight, which he told',
  'her weight beside what his was once',
  'her weight, which he told in his own words',
  'her glucose of years ago',
  'her glucose of this year',
  'her consent to everything, on paper',
  'a visit because of it',
  'an order for an ointment',
  'an order for what was made for Ben',
];
const sensitive: readonly RecordName[] = ['her HIV infection', 'an order for dolutegravir'];
const prose: readonly RecordName[] = [
  'a note in prose',
  'the file of a note',
  'a note with a scan',
  'its scan',
  'a note of hers with a scan of both',
];
const observations: readonly RecordName[] = ordinary.filter((name) => /^her (weight|glucose)/.test(name));
const treat: GrantTerms = { to: 'hospital-b', purposes: ['TREAT'] };
const all = {
  sees: [...ordinary, ...sensitive, ...prose],
  learns: ['ofHiv', 'ofTheMedicine', 'inProse'],
} as const satisfies Partial<Row>;
const nothing = { sees: [], learns: [] } as const;
const b = { asks: 'hospital-b', purpose: 'TREAT' } as const;

export const rows: readonly Row[] = [
  { ana: 'has said nothing', says: [], ...b, ...nothing },
  { ana: 'lets hospital-b treat her', says: [treat], ...b, ...all },
  { ana: 'lets hospital-b treat her, and c asks', says: [treat], ...b, asks: 'hospital-c', ...nothing },
  { ana: 'lets hospital-b treat her, and b wants to be paid', says: [treat], ...b, purpose: 'HPAYMT', ...nothing },
  { ana: 'lets it until a day that is past', says: [{ ...treat, until: '2020-01-01' }], ...b, ...nothing },
  { ana: 'lets it from a day that is to come', says: [{ ...treat, from: '2999-01-01' }], ...b, ...nothing },
  {
    ana: 'lets only her observations be seen',
    says: [{ ...treat, classes: ['Observation'] }],
    ...b,
    sees: observations,
    learns: [],
  },
  { ana: 'lets what is ordinary be seen', says: [{ ...treat, labels: ['N'] }], ...b, sees: ordinary, learns: [] },
  {
    ana: 'lets what is ordinary be seen, and in another consent what tells of HIV',
    says: [
      { ...treat, labels: ['N'] },
      { ...treat, labels: ['HIV'] },
    ],
    ...b,
    sees: [...ordinary, ...sensitive],
    learns: ['ofHiv', 'ofTheMedicine'],
  },
  {
    ana: 'lets all be seen that is labelled at all, prose too',
    says: [{ ...treat, labels: ['V'] }],
    ...b,
    ...all,
  },
  { ana: 'lets it be used for research, and b treats', says: [{ ...treat, purposes: ['HRESCH'] }], ...b, ...nothing },
  {
    ana: 'lets it be used for research',
    says: [{ ...treat, purposes: ['HRESCH'] }],
    ...b,
    purpose: 'HRESCH',
    ...all,
  },
  {
    ana: 'lets hospital-b treat her, but not by what tells of HIV, as prose may',
    says: [treat, { ...treat, type: 'deny', labels: ['HIV'] }],
    ...b,
    sees: ordinary,
    learns: [],
  },
  {
    ana: 'forbids what is restricted before she lets hospital-b treat her',
    says: [{ ...treat, type: 'deny', labels: ['R'] }, treat],
    ...b,
    sees: ordinary,
    learns: [],
  },
  {
    ana: 'lets what is of this year be seen; of what has no date nobody knows',
    says: [{ ...treat, dataFrom: '2026-01-01' }],
    ...b,
    sees: ['her glucose of this year'],
    learns: [],
  },
  {
    ana: 'forbids what is older than 2020; what has no date may be',
    says: [treat, { ...treat, type: 'deny', dataUntil: '2019-12-31' }],
    ...b,
    sees: ['her glucose of this year'],
    learns: [],
  },
  {
    ana: 'lets one record be seen, by its name',
    says: [{ ...treat, records: ['Observation/ana-weight'] }],
    ...b,
    sees: ['her weight'],
    learns: [],
  },
  {
    ana: 'names a record of Ben’s in what she permits',
    says: [{ ...treat, records: ['Observation/ben-weight', 'Patient/ben'] }],
    ...b,
    ...nothing,
  },
  {
    ana: 'lets everyone treat her, and hospital-c not',
    says: [
      { ...treat, to: '*' },
      { ...treat, to: 'hospital-c', type: 'deny' },
    ],
    ...b,
    asks: 'hospital-c',
    ...nothing,
  },
  {
    ana: 'lets everyone treat her, and hospital-c not, and b asks',
    says: [
      { ...treat, to: '*' },
      { ...treat, to: 'hospital-c', type: 'deny' },
    ],
    ...b,
    ...all,
  },
  {
    ana: 'lets all be seen but what is observed',
    says: [{ ...treat, exceptions: [{ type: 'deny', classes: ['Observation'] }] }],
    ...b,
    sees: [...ordinary, ...sensitive, ...prose].filter((name) => !observations.includes(name)),
    learns: all.learns,
  },
  { ana: 'has taken it back', says: [treat], afterwards: 'revoke', ...b, ...nothing },
  { ana: 'has frozen everything', says: [treat], afterwards: 'freeze', ...b, ...nothing },
  { ana: 'was enrolled anew', says: [treat], afterwards: 'enrol anew', ...b, ...nothing },
];

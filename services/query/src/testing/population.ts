/** Patients with consents of every kind, what is kept of them, and questions that go through all of it. */
import fc from 'fast-check';
import { knowing, permitting, TestPatient } from './test-patient.ts';
import { observation } from './two-patients.ts';
import { createWorld, type World, type WorldOptions } from './world.ts';

const purpose = (code: string) => [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ActReason', code }];
const ofType = (code: string) => [{ system: 'http://hl7.org/fhir/resource-types', code }];

const provisions: readonly object[] = [
  { type: 'permit' },
  permitting(),
  permitting('hospital-c'),
  permitting('hospital-b', { purpose: purpose('HPAYMT') }),
  permitting('hospital-b', { class: ofType('Observation') }),
  permitting('hospital-b', { period: { end: '2025' } }),
  { type: 'deny' },
  { type: 'deny', class: ofType('Observation') },
  { type: 'deny', class: ofType('Encounter'), provision: [permitting()] },
  { type: 'deny', provision: [permitting()] },
];

const ids = ['p0', 'p1', 'p2', 'p3', 'p4'] as const;
const years = ['2019', '2020', '2021'];

const someRecord = fc.record({
  subject: fc.constantFrom(...ids),
  others: fc.subarray([...ids], { maxLength: 2 }),
  code: fc.constantFrom('a', 'b'),
  year: fc.constantFrom(...years),
  performer: fc.constantFrom('Practitioner/dr', ...ids.map((id) => `Patient/${id}`)),
  member: fc.nat({ max: 9 }),
});

export const population = fc.record({
  consents: fc.tuple(
    ...ids.map(() => fc.oneof(fc.constant([{ type: 'permit' }]), fc.subarray([...provisions], { maxLength: 2 }))),
  ),
  revoked: fc.subarray([...ids], { maxLength: 1 }),
  links: fc.array(fc.tuple(fc.constantFrom(...ids), fc.constantFrom(...ids)), { maxLength: 1 }),
  records: fc.array(someRecord, { minLength: 4, maxLength: 14 }),
});
export type Population = typeof population extends fc.Arbitrary<infer Value> ? Value : never;

const patient = (id: string) => ({ reference: `Patient/${id}` });

const putAbout = async (
  world: World,
  at: number,
  { subject, others, code, year, ...rest }: Population['records'][number],
) => {
  const coded = { coding: [{ system: 'urn:c', code }] };
  await world.put(
    observation(`o${at}`, subject, {
      code: coded,
      effectiveDateTime: year,
      performer: [{ reference: rest.performer }],
      encounter: { reference: `Encounter/e${rest.member}` },
      hasMember: [{ reference: `Observation/o${rest.member}` }],
    }),
  );
  const about = { subject: patient(subject), status: 'finished' };
  await world.put({ resourceType: 'Encounter', id: `e${at}`, class: { code: 'AMB' }, ...about });
  const recipient = others.map(patient);
  await world.put({
    resourceType: 'Communication',
    id: `c${at}`,
    status: 'completed',
    subject: patient(subject),
    recipient,
  });
  await world.put({ resourceType: 'Binary', id: `b${at}`, contentType: 'text/plain', data: 'bm90ZQ==' });
  const content = [{ attachment: { url: `Binary/b${at}` } }];
  await world.put({
    resourceType: 'DocumentReference',
    id: `d${at}`,
    status: 'current',
    subject: patient(subject),
    content,
  });
  const entry = [subject, ...others].map((id, place) => ({
    fullUrl: `urn:uuid:${place}`,
    resource: { resourceType: 'Basic', code: coded, subject: patient(id) },
  }));
  await world.put({ resourceType: 'Bundle', id: `doc${at}`, type: 'document', entry });
};

/** @returns a world of them, and one on the same store in which every candidate is looked at */
export const worldsWith = async (
  { consents, revoked, links, records }: Population,
  options: WorldOptions = {},
): Promise<{ readonly narrowed: World; readonly whole: World }> => {
  const patients = await Promise.all(ids.map(async (id) => TestPatient.enrol(id)));
  for (const [at, one] of patients.entries()) {
    const granted: string[] = [];
    for (const provision of consents[at] ?? []) granted.push(await one.grant(provision));
    const [first] = granted;
    if (first !== undefined && revoked.includes(one.handle.patientId as (typeof ids)[number]))
      await one.revoke(first, 'pending');
  }
  const narrowed = createWorld({ ...knowing(...patients), ...options });
  for (const id of ids) {
    const link = links.flatMap(([from, to]) =>
      from === id && to !== id ? [{ other: patient(to), type: 'seealso' }] : [],
    );
    await narrowed.put({ resourceType: 'Patient', id, name: [{ family: id }], ...(link.length === 0 ? {} : { link }) });
  }
  await narrowed.put({ resourceType: 'Practitioner', id: 'dr', name: [{ family: 'Baker' }] });
  for (const [at, record] of records.entries()) await putAbout(narrowed, at, record);
  // Whose it is changes.
  const [first] = records;
  if (first !== undefined) await putAbout(narrowed, 0, { ...first, subject: 'p0', others: [] });
  await narrowed.remove({ resourceType: 'Observation', id: 'o1' });
  const whole = createWorld({ ...narrowed.deps, permitting: { among: async () => 'too-many' } });
  return { narrowed, whole };
};

export const questions = [
  'Observation?_count=2',
  'Observation?_sort=-date,code&_count=3',
  'Observation?_sort=_lastUpdated',
  'Observation?code=a&date=gt2019',
  'Observation?code:not=a',
  'Observation?patient=p0,p3',
  'Observation?subject:Patient.family=p0,p1',
  'Observation?performer.family=Baker,p2',
  'Observation?encounter.class=AMB',
  'Observation?has-member:Observation.code=a',
  'Observation?_has:Observation:has-member:code=a',
  'Observation?_id=o0,o2,o4',
  'Patient',
  'Patient?family=p1,p2,p3',
  'Patient?_has:Observation:subject:code=b',
  'Patient?_has:Observation:performer:date=ge2020',
  'Patient?_has:Observation:performer:subject:Patient.family=p1',
  'Practitioner?_has:Observation:performer:code=a',
  'Communication?_count=1',
  'Binary?_count=2',
  'Bundle?_sort=_id',
  'DocumentReference?_include=*&_include:iterate=*',
  'Patient?_revinclude=Observation:subject&_revinclude=Encounter:subject&_revinclude=Communication:recipient',
  'Observation?_include=Observation:performer&_include:iterate=Patient:link',
  '?_type=Observation,Patient,Encounter,Binary&_count=3',
  '?_count=5',
  'Patient/p0/Observation',
  'Patient/p1/*',
  'Practitioner/dr/Observation?_count=1',
  '_history?_count=4',
  'Observation/_history?_count=3',
  'Encounter/_history?_since=2020',
  'Observation/$lastn?patient=p0,p1,p2&code:missing=false&max=2',
] as const;

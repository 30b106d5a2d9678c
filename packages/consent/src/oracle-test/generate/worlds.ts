/** Dense worlds: few values for each element, so that rules meet what is asked. */
import fc from 'fast-check';
import type {
  Coding,
  Period,
  Provision,
  ProvisionData,
  RawConsent,
  RawResource,
  Reference,
  Say,
  World,
} from '../oracle/world.ts';

const coding = (system: string, code: string): Coding => ({ system, code });
const concept = (system: string, code: string) => ({ coding: [coding(system, code)] });
const terminology = 'http://terminology.hl7.org/CodeSystem/';
const some = <T>(items: readonly T[], maxLength = 2) => fc.subarray([...items], { minLength: 1, maxLength });

const dates = [
  '2025',
  '2026',
  '2026-05',
  '2026-06',
  '2026-06-14',
  '2026-06-15',
  '2026-06-16',
  '2026-06-15T12:00:00Z',
  '2026-06-15T12:00:00+14:00',
  '2026-06-15T11:59:59-12:00',
  '2027-01-01',
];
const zoneless = ['2026-06-15T00:00:00', '2026-06-15T12:00:00', '2026-06-16T01:30:00'];
const ordered = (a: string, b: string): Period => {
  const [start = a, end = b] = [a, b].toSorted();
  return { start, end };
};
const bound = fc.constantFrom(...dates, ...zoneless);
const period: fc.Arbitrary<Period> = fc.oneof(
  bound.map((start) => ({ start })),
  bound.map((end) => ({ end })),
  fc.constantFrom(...dates.slice(0, 7)).chain((a) => fc.constantFrom(...dates.slice(0, 7)).map((b) => ordered(a, b))),
);

const organization = (value: string) => ({ identifier: { system: 'urn:chartseal:organization', value } });
const role = (code: string) => concept(`${terminology}v3-ParticipationType`, code);
const actors = [
  { role: role('IRCP'), reference: organization('hospital-b') },
  { role: role('IRCP'), reference: organization('network-b') },
  { role: role('PRCP'), reference: organization('hospital-c') },
  { role: role('CST'), reference: organization('hospital-a') },
  { role: role('CST'), reference: organization('hospital-b') },
  { role: role('AUT'), reference: { reference: 'Practitioner/1' } },
  { role: role('AUT'), reference: { reference: 'Practitioner/2' } },
];
const labels = [
  ...['U', 'L', 'M', 'N', 'R', 'V'].map((code) => coding(`${terminology}v3-Confidentiality`, code)),
  ...['HIV', 'SPI', 'BH', 'GDIS', 'COGN'].map((code) => coding(`${terminology}v3-ActCode`, code)),
];
const purposes = ['TREAT', 'ETREAT', 'ERTREAT', 'HPAYMT', 'COVERAGE', 'HRESCH', 'CLINTRCH', 'BTG'];
const codes = [
  concept('http://loinc.org', '8867-4'),
  concept('http://loinc.org', '20447-9'),
  concept('http://hl7.org/fhir/sid/icd-10-cm', 'B20'),
  concept('http://hl7.org/fhir/sid/icd-10-cm', 'I10'),
];

const elements = {
  period,
  actor: some(actors, 3),
  action: some(['access', 'disclose', 'use'].map((code) => concept(`${terminology}consentaction`, code))),
  securityLabel: some(labels),
  purpose: some(
    purposes.map((code) => coding(`${terminology}v3-ActReason`, code)),
    4,
  ),
  class: some([
    ...['Observation', 'Condition', 'Appointment', 'Bundle'].map((code) =>
      coding('http://hl7.org/fhir/resource-types', code),
    ),
    coding('http://loinc.org', '34133-9'),
  ]),
  code: some([...codes, concept('http://loinc.org', '34133-9')]),
  dataPeriod: period,
  data: some<ProvisionData>([
    { meaning: 'instance', reference: { reference: 'Observation/o1' } },
    { meaning: 'instance', reference: { reference: 'Bundle/b1' } },
    { meaning: 'authoredby', reference: { reference: 'Practitioner/1' } },
  ]),
};
const effect = fc.constantFrom('permit' as const, 'deny' as const);

export const everyElement: fc.Arbitrary<Omit<Required<Provision>, 'type' | 'provision'>> = fc.record(elements);

/** At most three elements, or next to nothing would match. */
export const elementsOf = fc
  .record(elements)
  .chain((all) =>
    fc.subarray(Object.keys(all) as (keyof typeof elements)[], { maxLength: 3 }).map((names) => ({ all, names })),
  )
  .map(({ all, names }) => Object.fromEntries(names.map((name) => [name, all[name]])) as Omit<Provision, 'type'>);

/** `depth` levels. */
const rule = (depth: number): fc.Arbitrary<Provision> =>
  fc
    .tuple(effect, elementsOf, depth <= 1 ? fc.constant([]) : fc.array(rule(depth - 1), { maxLength: 2 }))
    .map(([type, own, below]) => ({ type, ...own, ...(below.length === 0 ? {} : { provision: below }) }));

const anyRule = fc.oneof({ arbitrary: rule(1), weight: 2 }, { arbitrary: rule(2), weight: 2 }, rule(3), rule(4));
export const consent: fc.Arbitrary<RawConsent> = fc
  .tuple(
    fc.constantFrom('root', 'root', 'opt', 'alone'),
    anyRule,
    fc.constantFrom<RawConsent['scope']>('patient-privacy', 'patient-privacy', 'research'),
    fc.boolean(),
  )
  .map(([shape, provision, scope, isAttested]): RawConsent => {
    const policyRule = provision.type === 'deny' ? 'OPTIN' : 'OPTOUT';
    if (shape === 'root') return { scope, provision, isAttested };
    return shape === 'opt' ? { scope, policyRule, provision, isAttested } : { scope, policyRule, isAttested };
  });

const say: fc.Arbitrary<Say> = fc.record({
  handle: fc.constantFrom('open', ...Array.from({ length: 7 }, () => 'open' as const), 'frozen', 'closed', 'unknown'),
  consents: fc.array(consent, { maxLength: 3 }),
  isEmergency: fc.constantFrom(true, true, false),
});

const date = fc.constantFrom(...dates, ...zoneless);
const security = fc.option(
  some(labels, 2).map((all) => ({ security: all })),
  { nil: undefined },
);
const patients = ['Patient/p1', 'Patient/p2', 'Patient/p3'];
const practitioners = some<Reference>([
  { reference: 'Practitioner/1' },
  { reference: 'Practitioner/2' },
  { reference: 'Practitioner/3' },
  { display: 'Dr. X' },
]);
const without = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as T;
/** Contained in a record, and about nobody of its own. */
const contained = fc.option(
  fc.tuple(security, fc.constantFrom(...codes)).map(([meta, code]): readonly RawResource[] => [
    without({
      resourceType: 'Condition',
      id: 'inside',
      meta,
      code,
      subject: { reference: 'Patient/p3' },
    } as RawResource),
  ]),
  { nil: undefined, freq: 3 },
);
const component = fc.option(
  fc.constantFrom(...codes).map((code) => [{ code }]),
  { nil: undefined, freq: 3 },
);

const observation = fc
  .tuple(
    security,
    fc.constantFrom(...codes),
    practitioners,
    fc.oneof(
      date.map((at) => ({ effectiveDateTime: at })),
      fc
        .tuple(fc.constantFrom(...dates.slice(0, 7)), fc.constantFrom(...dates.slice(0, 7)))
        .map(([a, b]) => ({ effectivePeriod: ordered(a, b) })),
      fc.constant({}),
    ),
    contained,
    component,
  )
  .map(([meta, code, performer, time, inside, parts]): RawResource =>
    without({
      resourceType: 'Observation',
      id: 'o1',
      meta,
      status: 'final',
      code,
      performer,
      subject: { reference: 'Patient/p1' },
      focus: [{ reference: 'Patient/p3' }],
      contained: inside,
      component: parts,
      ...time,
    } as RawResource),
  );
const condition = fc
  .tuple(security, fc.constantFrom(...codes), fc.constantFrom(...codes), date, practitioners)
  .map(([meta, code, category, onsetDateTime, [recorder]]): RawResource =>
    without({
      resourceType: 'Condition',
      id: 'c1',
      meta,
      code,
      category: [category],
      recorder,
      subject: { reference: 'Patient/p1' },
      onsetDateTime,
    } as RawResource),
  );
const appointment = fc.tuple(security, some(patients, 3)).map(([meta, all]): RawResource =>
  without({
    resourceType: 'Appointment',
    id: 'a1',
    meta,
    status: 'booked',
    start: '2026-06-15T11:00:00Z',
    end: '2026-06-15T13:00:00Z',
    participant: all.map((reference) => ({ actor: { reference } })),
  } as RawResource),
);
const nobodys = fc.constantFrom<RawResource>(
  { resourceType: 'Organization', id: 'x' },
  { resourceType: 'Questionnaire', id: 'q' },
);
const binary = fc.constantFrom<RawResource>(
  ...patients.map((reference): RawResource => ({ resourceType: 'Binary', id: 'y', securityContext: { reference } })),
  { resourceType: 'Binary', id: 'y' },
);
const composition = fc
  .tuple(security, fc.constantFrom(...patients), practitioners, date)
  .map(([meta, reference, author, at]): RawResource =>
    without({
      resourceType: 'Composition',
      id: 'k1',
      meta,
      type: concept('http://loinc.org', '34133-9'),
      subject: { reference },
      author,
      date: at,
    } as RawResource),
  );
/** A document: what it says first, and what it holds. */
const document = fc
  .tuple(
    security,
    composition,
    fc.array(
      fc.oneof(
        { arbitrary: observation, weight: 4 },
        { arbitrary: condition, weight: 3 },
        { arbitrary: fc.constant<RawResource>({ resourceType: 'Organization', id: 'x' }), weight: 3 },
        { arbitrary: binary, weight: 1 },
        { arbitrary: nobodys, weight: 1 },
      ),
      { maxLength: 2 },
    ),
    fc.constantFrom('with', 'with', 'with', 'with', 'with', 'without'),
  )
  .map(([meta, first, rest, isWith]): RawResource => {
    const entries = [...(isWith === 'with' ? [first] : []), ...rest];
    return without({
      resourceType: 'Bundle',
      id: 'b1',
      meta,
      type: 'document',
      entry: entries.map((each) => ({ resource: each })),
    } as RawResource);
  });

const resource = fc.oneof(
  { arbitrary: observation, weight: 9 },
  { arbitrary: condition, weight: 4 },
  { arbitrary: appointment, weight: 4 },
  { arbitrary: document, weight: 5 },
  { arbitrary: binary, weight: 1 },
  { arbitrary: nobodys, weight: 2 },
);

const noon = Date.UTC(2026, 5, 15, 12);
export const world: fc.Arbitrary<World> = fc.record({
  says: fc.record({ p1: say, p2: say, p3: say }),
  request: fc.record({
    organization: fc.constantFrom('hospital-b', 'hospital-c'),
    parents: fc.constantFrom([], ['network-b']),
    custodian: fc.constant('hospital-a'),
    purpose: fc.constantFrom(
      ...purposes,
      'TREAT',
      'TREAT',
      'ETREAT',
      'ETREAT',
      'HPAYMT',
      'COVERAGE',
      'ELIGDTRM',
      'nonsense',
    ),
    decisionTime: fc.constantFrom(
      noon,
      noon - 1,
      noon + 999,
      noon + 1000,
      noon - 36_000_000,
      noon + 43_200_000,
      noon + 86_400_000,
    ),
    implicitPolicy: fc.constantFrom(
      {},
      { TREAT: 'permit' as const, ETREAT: 'permit' as const, HPAYMT: 'permit' as const },
      { TREAT: 'deny' as const, HRESCH: 'permit' as const, COVERAGE: 'permit' as const },
    ),
  }),
  resource,
  isLabelled: fc.constantFrom(true, true, true, true, false),
});

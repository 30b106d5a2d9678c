/** Records of one patient who lets what is ordinary be seen, woven together with those that tell of an infection. */
import fc from 'fast-check';
import { permitting } from './test-patient.ts';
import { observation, twoPatients, type Case } from './two-patients.ts';

const ordinary = [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: 'N' }];
const subject = { reference: 'Patient/yes' };
const names = ['Able', 'Baker'];

const infection = fc.record({
  /** HIV infection, AIDS. */
  code: fc.constantFrom('86406008', '62479008'),
  onset: fc.constantFrom('2019', '2020'),
  clinical: fc.constantFrom('active', 'resolved'),
  evidence: fc.constantFrom('plain', 'because', 'never'),
});

/** What differs between two stores that must look the same. */
export const withheld = fc.record({
  infections: fc.array(infection, { maxLength: 4 }),
  /** Said of an infection in the words of a visible reference, and there by its number. */
  told: fc.constantFrom(...names),
  medicine: fc.constantFrom('active', 'inactive'),
});
export type Withheld = typeof withheld extends fc.Arbitrary<infer Value> ? Value : never;

export const worldWithLabelled = async ({ infections, told, medicine }: Withheld): Promise<Case> => {
  const world = await twoPatients();
  await world.granting.revoke(world.consentId, 'committed');
  await world.granting.grant(permitting('hospital-b', { securityLabel: ordinary }));
  await world.put(observation('plain', 'yes', { effectiveDateTime: '2020', code: { text: 'weight' } }));
  const reference = { display: told, identifier: { system: 'urn:n', value: told } };
  await world.put(
    observation('because', 'yes', {
      effectiveDateTime: '2021',
      focus: [{ reference: 'Condition/c0', ...reference }],
      derivedFrom: [{ reference: 'MedicationRequest/order', ...reference }],
      hasMember: [{ reference: 'Observation/plain' }],
      text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${told}</div>` },
    }),
  );
  await world.put({ resourceType: 'Medication', id: 'm', code: { text: 'x' }, status: 'active' });
  const dolutegravir = { coding: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: '1433873' }] };
  await world.put({ resourceType: 'Medication', id: 'hiv', code: dolutegravir, status: medicine });
  for (const [id, medication] of [
    ['ordinary-order', 'm'],
    ['order', 'hiv'],
  ] as const)
    await world.put({
      resourceType: 'MedicationRequest',
      id,
      status: 'active',
      intent: 'order',
      subject,
      medicationReference: { reference: `Medication/${medication}` },
    });
  for (const [index, { code, onset, clinical, evidence }] of infections.entries())
    await world.put({
      resourceType: 'Condition',
      id: `c${index}`,
      subject,
      code: { coding: [{ system: 'http://snomed.info/sct', code }] },
      clinicalStatus: { coding: [{ code: clinical }] },
      onsetDateTime: onset,
      evidence: [{ detail: [{ reference: `Observation/${evidence}` }] }],
    });
  return world;
};

export const labelledQuestions = [
  'Condition?_count=1',
  'Condition?_sort=onset-date',
  'Condition?clinical-status=active',
  'Condition?clinical-status:not=active',
  'Condition?onset-date=2020',
  'Observation?_count=1',
  'Observation?focus:Condition.onset-date=2020',
  'Observation?focus:Condition.clinical-status:not=active',
  'Observation?focus:identifier=urn:n|Able',
  'Observation?focus:missing=false&_sort=-date',
  'Observation?derived-from:identifier=urn:n|Able,urn:n|x',
  'Observation?_has:Condition:evidence-detail:clinical-status=active',
  'Observation?_has:Condition:evidence-detail:_id=c0,c1',
  'Observation?has-member:Observation._has:Condition:evidence-detail:code:missing=false',
  'Patient?_has:Condition:subject:code=86406008',
  'Patient?_has:Condition:subject:onset-date=2019',
  'Patient?_has:Observation:subject:focus:Condition.code=86406008',
  'Patient?_has:MedicationRequest:subject:medication:Medication.status=inactive',
  'MedicationRequest?medication:Medication.status=active',
  'MedicationRequest?medication:Medication.status:not=active',
  'MedicationRequest?_include=MedicationRequest:medication&_count=1',
  'Observation?_include=*&_revinclude=Condition:evidence-detail&_revinclude:iterate=Observation:focus',
  'Patient?_revinclude=Condition:subject&_revinclude=MedicationRequest:subject',
  'Observation?_summary=text',
  'Observation?_elements=focus',
  'Observation/because',
  'Observation/because/$meta',
  'Patient/yes/Condition?_count=1',
  'Patient/yes/*?_count=1',
  '?_type=Condition,MedicationRequest,Patient&_count=1',
  '_history?_count=2',
  'Condition/_history?_count=1',
  'Condition/c0/_history',
  'Patient/yes/$everything?_count=1',
  'Patient/yes/$everything?_type=Condition',
  'Observation/$lastn?patient=yes&code:missing=false',
] as const;

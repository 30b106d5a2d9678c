/** Records of one patient who permits and of one who does not, woven together, and questions about them. */
import fc from 'fast-check';
import { get, observation, twoPatients, type Case } from './two-patients.ts';
import { fhirBaseUrl, type WorldOptions } from './world.ts';

const names = ['Able', 'Baker'];
const years = ['2019', '2020', '2021'];
const codes = ['a', 'b'];

const hiddenObservation = fc.record({
  code: fc.constantFrom(...codes),
  effectiveDateTime: fc.constantFrom(...years),
  value: fc.integer({ min: 1, max: 3 }),
  member: fc.constantFrom('v0', 'v1', 'about-both', undefined),
  performer: fc.constantFrom('Practitioner/dr', 'Patient/yes', 'Patient/no'),
});
export const hidden = fc.record({
  family: fc.constantFrom(...names),
  birthDate: fc.constantFrom(...years),
  /** In what is visible, but redacted there. */
  told: fc.constantFrom(...names),
  encounter: fc.constantFrom('AMB', 'EMER'),
  observations: fc.array(hiddenObservation, { maxLength: 6 }),
  deleted: fc.boolean(),
});
export type Hidden = typeof hidden extends fc.Arbitrary<infer Value> ? Value : never;

const coded = (code: string) => ({ coding: [{ system: 'urn:c', code }] });

export const worldWith = async (
  { family, birthDate, told, encounter, observations, deleted }: Hidden,
  options: WorldOptions = {},
): Promise<Case> => {
  const world = await twoPatients(options);
  await world.put({ resourceType: 'Patient', id: 'yes', name: [{ family: 'Able' }], birthDate: '2020' });
  await world.put({ resourceType: 'Practitioner', id: 'dr', name: [{ family: 'Baker' }] });
  for (const [index, code] of codes.entries())
    await world.put(
      observation(`v${index}`, 'yes', {
        code: coded(code),
        effectiveDateTime: years[index],
        performer: [{ reference: 'Practitioner/dr' }],
      }),
    );
  await world.put(
    observation('about-both', 'yes', {
      effectiveDateTime: '2021',
      performer: [
        { reference: 'Patient/no', display: told, identifier: { system: 'urn:mrn', value: told } },
        { identifier: { system: 'urn:mrn', value: `${told}-by-identifier-alone` }, display: told },
      ],
      encounter: { reference: 'Encounter/e-no' },
      derivedFrom: [{ reference: 'Observation/h0', display: told }],
    }),
  );
  const identifier = [{ system: 'urn:mrn', value: `${told}-by-identifier-alone` }];
  await world.put({ resourceType: 'Patient', id: 'no', name: [{ family }], birthDate, identifier });
  const subject = { reference: 'Patient/no' };
  await world.put({ resourceType: 'Encounter', id: 'e-no', status: 'finished', class: { code: encounter }, subject });
  for (const [index, { code, effectiveDateTime, value, member, performer }] of observations.entries())
    await world.put(
      observation(`h${index}`, 'no', {
        code: coded(code),
        effectiveDateTime,
        valueQuantity: { value },
        performer: [{ reference: performer }],
        ...(member === undefined ? {} : { hasMember: [{ reference: `Observation/${member}` }] }),
      }),
    );
  if (deleted) await world.remove({ resourceType: 'Encounter', id: 'e-no' });
  return world;
};

export const questions = [
  'Observation?_count=1',
  'Observation?_sort=date&_count=1',
  'Observation?_sort=-date,code&_count=2',
  'Observation?_sort=performer',
  'Observation?code=a,b',
  'Observation?code:not=a',
  'Observation?encounter:missing=true',
  'Observation?performer:missing=false',
  'Observation?performer:identifier=urn:mrn|Able',
  'Observation?performer:identifier=urn:mrn|Able-by-identifier-alone,urn:mrn|Baker-by-identifier-alone',
  'Observation?subject:Patient.family=Able',
  'Observation?performer:Patient.family=Able',
  'Observation?performer:Patient.birthdate=lt2020',
  'Observation?performer.family=Baker',
  'Observation?encounter.class=AMB',
  'Observation?encounter.class:not=AMB',
  'Observation?derived-from:Observation.code=a',
  'Observation?derived-from:Observation.date=gt2019',
  'Observation?derived-from:Observation.value-quantity=gt1',
  'Observation?_has:Observation:has-member:code=a',
  'Observation?_has:Observation:has-member:code:missing=false',
  'Patient?family=Able',
  'Patient?_has:Observation:subject:code=a',
  'Patient?_has:Observation:performer:date=2020',
  'Patient?_has:Observation:subject:performer:Patient.family=Able',
  'Patient?_has:Observation:subject:encounter.class=EMER',
  'Observation?_include=*&_include:iterate=Encounter:subject',
  'Observation?_revinclude=Observation:has-member&_revinclude:iterate=Observation:derived-from',
  'Patient?_revinclude=Observation:subject&_revinclude=Observation:performer&_revinclude=Encounter:subject',
  'Observation?_elements=performer&_summary=false',
  'Observation?_summary=true',
  '?_type=Observation,Patient,Encounter&_count=2',
  'Patient/no/Observation?_count=1',
  'Patient/no/*',
  'Patient/yes/*?_count=1',
  'Encounter/e-no/*',
  'Practitioner/dr/Observation?_count=1',
  '_history?_count=1',
  'Observation/_history?_count=2',
  'Observation/h0/_history',
  'Observation/$lastn?patient=yes,no&code:missing=false&max=2',
  'Patient/yes/$everything?_count=1',
  'Patient/no/$everything',
  'Observation/about-both',
  'Encounter/e-no',
] as const;

export type Page = {
  readonly status: number;
  readonly body: {
    readonly entry?: readonly { readonly fullUrl: string; readonly search?: { readonly mode: string } }[];
  };
};

/** All pages of an answer, without what differs from one to the next for other reasons. */
export const answersOf = async (
  world: Pick<Case, 'app'>,
  question: string,
  client = 'other',
): Promise<readonly Page[]> => {
  const pages: Page[] = [];
  for (let url: string | undefined = question; url !== undefined;) {
    const { status, body } = await get(world, url, client);
    const links = (body.link ?? []) as { relation: string; url: string }[];
    // Of the base itself there is no slash.
    url = links
      .find(({ relation }) => relation === 'next')
      ?.url.slice(fhirBaseUrl.length)
      .replace(/^\//, '');
    pages.push({ status, body: { ...body, link: links.map(({ relation }) => relation) } });
  }
  return pages;
};

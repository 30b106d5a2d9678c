/** What is asked of both worlds. */
import { waysIn, wholesale, type WayIn } from './ways-in.ts';

/** What is there in one world and withheld, deleted or not there in the other. */
export const withheldNames = ['ben-weight', 'ben', 'ben-was-it', 'zoe-weight', 'ana-hiv'] as const;

const shownOf = (name: string): readonly string[] => [
  name,
  `${name}/_history`,
  `${name}/_history/1`,
  `${name}/_history/2`,
  `${name}/$meta`,
  `${name}?_summary=true`,
];

/** What is shown, beside what is not; and criteria that what is not shown would satisfy. */
const others: readonly string[] = [
  ...['Patient/ana', 'Observation/ana-weight-3', 'Observation/ana-beside-ben', 'Observation/ana-told'].flatMap(shownOf),
  ...['Procedure/ana-visit', 'Condition/ana-corrected', 'Condition/ana-hiv', 'Binary/ben-file'].flatMap(shownOf),
  'Condition/ana-corrected/$proof?version=1',
  'Observation/ana-beside-ben/$proof',
  'Provenance?target=Observation/ana-beside-ben',
  'Provenance?target=Observation/ana-beside-ben/_history/1,Condition/ana-hiv',
  'Observation?_id=ana-beside-ben&_revinclude=Provenance:target',
  'MedicationRequest?patient=ana',
  'Observation?patient=ana,ben',
  'Observation?patient=zoe',
  'Observation?patient:Patient.family=Secretname',
  'Observation?derived-from:Observation.code:text=weight',
  'Observation?derived-from:missing=false',
  'Observation?performer:identifier=urn:mrn|4711',
  'Patient?_has:Condition:subject:code=http://snomed.info/sct|86406008',
  'Patient?_has:Account:subject:status=active',
  'Patient?family=Secretname',
  'Patient?identifier=urn:mrn|4711',
  'Condition?code=http://snomed.info/sct|86406008',
  'Condition?_sort=-_lastUpdated',
  'Observation?_sort=_id&_count=7&_include=Observation:derived-from',
  'Patient?_id=ana&_revinclude=Observation:subject&_revinclude=Account:subject&_revinclude=Condition:subject',
  'Observation/$lastn?patient=ana&code:missing=false',
  'Observation/$lastn?patient=ben&code:missing=false',
  'AuditEvent?patient=ben',
];

/** Answered page by page. */
export const paged: readonly string[] = [
  'Observation?_count=3',
  'Observation?patient=ana&_count=4&_sort=-date',
  'Observation?code:text=weight&_count=9',
  'Condition?_count=1',
  'Patient/ana/$everything?_count=5',
  'Patient/ana/*?_count=6',
  'Patient/ben/Observation?_count=2',
  '?_count=8',
  '_history?_count=7',
  'Observation/_history?_count=4',
  'Condition/ana-corrected/_history?_count=1',
];

const get = (path: string): Pick<WayIn, 'method' | 'path' | 'body' | 'headers'> => ({ method: 'GET', path });

export type Question = ReturnType<typeof get>;

const named = (way: WayIn, name: string): Question => {
  const body = way.body?.replaceAll('{id}', name);
  return { ...way, path: way.path.replaceAll('{id}', name), ...(body === undefined ? {} : { body }) };
};

export const questions: readonly Question[] = [
  ...waysIn.flatMap((way) => withheldNames.map((name) => named(way, name))),
  ...wholesale.map(get),
  ...others.map(get),
];

/** Asked thousands of times, for how long they take. */
export const timedPaths: readonly string[] = [
  'Observation/ben-weight',
  'Observation/ben-weight/_history/1',
  'Observation/ben-weight/$proof',
  'Observation?_id=ben-weight',
  'Condition?patient=cara',
  'Patient/cara/$everything',
  'Patient/ben/$everything',
];

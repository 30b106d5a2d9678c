import type { RecordKey, RecordStore, StoredVersion } from '@chartseal/ports';
import { everyReference, subjectlessTypes, type SearchCondition } from '@chartseal/fhir';
import {
  hasNarrative,
  logicalName,
  logicalReferences,
  tellingReferences,
  type LogicalIdentifier,
  type WithheldReferences,
} from '../release/redact-references.ts';
import { keyOf, type ExaminedContent } from './examined-content.ts';

export type WithheldLookUp = {
  readonly records: RecordStore;
  readonly fhirBaseUrl: string;
  /** What would be decided of the referenced record, and whose it is. */
  readonly decide: (version: StoredVersion) => Promise<{
    readonly content: ExaminedContent | undefined;
    readonly decision: { readonly effect: 'permit' | 'deny' };
  }>;
};

/**
 * Which references of a permitted version may not tell of what they point to (C8): all but those to what this requester is shown. A
 * display says in words what is withheld, and so may a narrative. It is the same whether what is not shown is another patient's, of
 * the same patient, deleted or not there at all: any difference would tell that it exists.
 */
export const withheldReferences = async (
  lookUp: WithheldLookUp,
  { resource, patients, version }: ExaminedContent,
): Promise<WithheldReferences> => {
  const { records, fhirBaseUrl } = lookUp;
  const own = new Set([keyOf(version), ...patients.map((id) => `Patient/${id}`)]);
  const telling = tellingReferences(resource, fhirBaseUrl);
  const named = hasNarrative(resource) ? everyReference(resource, fhirBaseUrl).map(keyOf) : [];
  const candidates = [...new Set([...telling, ...named])].filter((name) => !own.has(name)).map(parseKey);
  const targets = candidates.length === 0 ? [] : await records.readMany(candidates);
  const found = new Map(targets.map((target) => [keyOf(target), target]));
  const decided = await Promise.all(
    candidates.map(async (key) => ((await isWithheld(lookUp, key, found.get(keyOf(key)))) ? [keyOf(key)] : [])),
  );
  const keys = new Set(decided.flat());
  const logical = await withheldIdentifiers(lookUp, resource, own);
  const narrative = keys.size + logical.size === 0 ? 'shown' : 'withheld';
  return { fhirBaseUrl, keys, logical, narrative };
};

/** What is nobody's record (a Practitioner, a Location, …) may be named whether it is kept here or not. */
const isWithheld = async (
  { decide }: WithheldLookUp,
  { resourceType }: RecordKey,
  target: StoredVersion | undefined,
): Promise<boolean> => {
  if (target === undefined || target.state === 'deleted') return !subjectlessTypes.has(resourceType);
  const { decision, content } = await decide(target);
  if (decision.effect === 'permit') return false;
  return !subjectlessTypes.has(resourceType) || content === undefined || content.subjects.length > 0;
};

/** More Patients than this with one identifier: withheld without a look at the others. */
const namesakes = 10;

/** Identifiers by which the resource names, or may name, a Patient whom the requester is not shown (C8). */
const withheldIdentifiers = async (
  lookUp: WithheldLookUp,
  resource: ExaminedContent['resource'],
  own: ReadonlySet<string>,
): Promise<ReadonlySet<string>> => {
  const withheld = new Set<string>();
  await Promise.all(
    logicalReferences(resource).map(async (identifier) => {
      if (!(await namesShownPatient(lookUp, identifier, own))) withheld.add(logicalName(identifier));
    }),
  );
  return withheld;
};

/**
 * Of an identifier that no Patient here has, its system decides: where Patients here are numbered by it, it may be the number of one.
 * Else the difference would tell which numbers there are.
 */
const namesShownPatient = async (
  { records, decide }: WithheldLookUp,
  { system, value }: LogicalIdentifier,
  own: ReadonlySet<string>,
): Promise<boolean> => {
  const patientsBy = async (test: TokenTest, limit: number): Promise<readonly StoredVersion[]> => {
    const conditions = [{ kind: 'token', code: 'identifier', anyOf: [test] }] as const;
    return (await records.search({ resourceType: 'Patient', conditions }, { limit })).versions;
  };
  const patients = await patientsBy(
    system === undefined ? { match: 'value', value } : { match: 'system-and-value', system, value },
    namesakes + 1,
  );
  if (patients.length === 0)
    return system !== undefined && (await patientsBy({ match: 'system', system }, 1)).length === 0;
  const others = patients.filter((patient) => !own.has(keyOf(patient)));
  const decided = await Promise.all(others.map(async (patient) => (await decide(patient)).decision));
  return patients.length <= namesakes && decided.every(({ effect }) => effect === 'permit');
};

type TokenTest = Extract<SearchCondition, { readonly kind: 'token' }>['anyOf'][number];

const parseKey = (text: string): RecordKey => {
  const slash = text.indexOf('/');
  return { resourceType: text.slice(0, slash), id: text.slice(slash + 1) };
};

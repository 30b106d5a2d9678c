import { firstValueSets, labelsOf } from '@chartseal/consent';
import type { RecordKey, RecordStore, StoredVersion } from '@chartseal/ports';
import { everyReference, subjectlessTypes } from '@chartseal/fhir';
import {
  hasNarrative,
  logicalName,
  logicalReferences,
  tellingReferences,
  type WithheldReferences,
} from '../release/redact-references.ts';
import { keyOf, type ExaminedContent } from './examined-content.ts';
import { labelsWithMedicines } from './medicine-labels.ts';
import { areOrdinary } from './ordinary-labels.ts';

export type WithheldLookUp = {
  readonly records: RecordStore;
  readonly fhirBaseUrl: string;
  /** What would be decided of the referenced record, whose it is, and what it tells. */
  readonly decide: (version: StoredVersion) => Promise<{
    readonly content: ExaminedContent | undefined;
    readonly decision: { readonly effect: 'permit' | 'deny'; readonly patients: readonly string[] };
  }>;
};

/**
 * Which references of a permitted version may not tell of what they point to: records of another patient that this
 * requester may not see (C8), and of the same patient those that tell of something sensitive, for the display of a reference
 * names in words what the label withholds, and so may a narrative. One that is not there, or no more, counts as withheld too, or else the difference
 * would tell that it exists.
 */
export const withheldReferences = async (
  lookUp: WithheldLookUp,
  { resource, patients, version }: ExaminedContent,
): Promise<WithheldReferences> => {
  const { records, fhirBaseUrl, decide } = lookUp;
  const own = new Set([keyOf(version), ...patients.map((id) => `Patient/${id}`)]);
  const telling = tellingReferences(resource, fhirBaseUrl);
  const named = hasNarrative(resource) ? everyReference(resource, fhirBaseUrl).map(keyOf) : [];
  const candidates = [...new Set([...telling, ...named])].filter((name) => !own.has(name)).map(parseKey);
  const isAssumed = (key: RecordKey): boolean => telling.has(keyOf(key)) && !subjectlessTypes.has(key.resourceType);
  const keys = new Set(candidates.filter(isAssumed).map(keyOf));
  let sensitive = 0;
  const targets = candidates.length === 0 ? [] : await records.readMany(candidates);
  await Promise.all(
    targets.map(async (target) => {
      if (target.state === 'deleted') return;
      const { decision, content } = await decide(target);
      if (decision.effect === 'permit' || (await tellsNothingMore(lookUp, decision.patients, patients, content))) {
        keys.delete(keyOf(target));
        return;
      }
      if (telling.has(keyOf(target))) keys.add(keyOf(target));
      if (isOnlyOf(decision.patients, patients)) sensitive += 1;
    }),
  );
  const logical = await withheldIdentifiers(lookUp, resource, own);
  const narrative = keys.size + logical.size + sensitive === 0 ? 'shown' : 'withheld';
  return { fhirBaseUrl, keys, logical, narrative };
};

/** Whether it is a record of these patients and of nobody else. */
const isOnlyOf = (its: readonly string[], shown: readonly string[]): boolean =>
  its.length > 0 && its.every((id) => shown.includes(id));

/** More Patients than this with one identifier: withheld without a look at the others. */
const namesakes = 10;

/** Identifiers by which the resource names another Patient here whom the requester may not see (C8). */
const withheldIdentifiers = async (
  { records, decide }: WithheldLookUp,
  resource: ExaminedContent['resource'],
  own: ReadonlySet<string>,
): Promise<ReadonlySet<string>> => {
  const withheld = new Set<string>();
  await Promise.all(
    logicalReferences(resource).map(async (identifier) => {
      const { system, value } = identifier;
      const test =
        system === undefined
          ? ({ match: 'value', value } as const)
          : ({ match: 'system-and-value', system, value } as const);
      const conditions = [{ kind: 'token', code: 'identifier', anyOf: [test] }] as const;
      const { versions } = await records.search({ resourceType: 'Patient', conditions }, { limit: namesakes + 1 });
      const others = versions.filter((patient) => !own.has(keyOf(patient)));
      const decided = await Promise.all(others.map(async (patient) => (await decide(patient)).decision));
      if (versions.length > namesakes || decided.some(({ effect }) => effect === 'deny'))
        withheld.add(logicalName(identifier));
    }),
  );
  return withheld;
};

/** Of what is not shown itself: what is nobody's record, or an ordinary part of the one that is shown. */
const tellsNothingMore = async (
  { records, fhirBaseUrl }: WithheldLookUp,
  itsPatients: readonly string[],
  shown: readonly string[],
  content: ExaminedContent | undefined,
): Promise<boolean> => {
  if (content === undefined) return false;
  const { resource, subjects } = content;
  if (subjects.length === 0 && subjectlessTypes.has(resource.resourceType)) return true;
  if (!isOnlyOf(itsPatients, shown)) return false;
  // An order is as sensitive as the medicine that it names by reference.
  return areOrdinary((await labelsWithMedicines(records, content, fhirBaseUrl)) ?? labelsOf(resource, firstValueSets));
};

const parseKey = (text: string): RecordKey => {
  const slash = text.indexOf('/');
  return { resourceType: text.slice(0, slash), id: text.slice(slash + 1) };
};

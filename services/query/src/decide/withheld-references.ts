import type { RecordKey, RecordStore, StoredVersion } from '@chartseal/ports';
import { subjectlessTypes } from '@chartseal/fhir';
import { tellingReferences, type WithheldReferences } from '../release/redact-references.ts';
import { keyOf, type ExaminedContent } from './examined-content.ts';

export type WithheldLookUp = {
  readonly records: RecordStore;
  readonly fhirBaseUrl: string;
  /** What would be decided of the referenced record, and whose it is. */
  readonly decide: (
    version: StoredVersion,
  ) => Promise<{ readonly effect: 'permit' | 'deny'; readonly patients: readonly string[] }>;
};

/**
 * Which references of a permitted version may not tell of what they point to (C8): records of another patient that this
 * requester may not see. One that is not there, or no more, counts as withheld too, or else the difference would tell that
 * it exists.
 */
export const withheldReferences = async (
  { records, fhirBaseUrl, decide }: WithheldLookUp,
  { resource, patients, version }: ExaminedContent,
): Promise<WithheldReferences> => {
  const own = new Set([keyOf(version), ...patients.map((id) => `Patient/${id}`)]);
  const candidates = [...tellingReferences(resource, fhirBaseUrl)]
    .map(parseKey)
    .filter((key) => !own.has(keyOf(key)) && !subjectlessTypes.has(key.resourceType));
  if (candidates.length === 0) return { fhirBaseUrl, keys: new Set() };
  const keys = new Set(candidates.map(keyOf));
  const targets = await records.readMany(candidates);
  await Promise.all(
    targets.map(async (target) => {
      if (target.state === 'deleted') return;
      const decision = await decide(target);
      const sameRecord = decision.patients.length > 0 && decision.patients.every((id) => patients.includes(id));
      if (decision.effect === 'permit' || sameRecord) keys.delete(keyOf(target));
    }),
  );
  return { fhirBaseUrl, keys };
};

const parseKey = (text: string): RecordKey => {
  const slash = text.indexOf('/');
  return { resourceType: text.slice(0, slash), id: text.slice(slash + 1) };
};

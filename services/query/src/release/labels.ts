import type { JsonValue } from '@chartseal/fhir';
import type { Label } from './decision.ts';
import { isJsonObject } from '../json-object.ts';

/** https://hl7.org/fhir/R4/resource.html#simple-tags: parts of this resource were left out. */
export const subsetted: Label = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'SUBSETTED',
  display: 'Resource encoded in summary mode',
};

/** Labels that tell of the withheld by standing on an answer that others are left out of (C9). */
const revealing: ReadonlySet<string> = new Set(['MASK', 'NODSCLCD']);

/** What of the resources' labels a Bundle may say of itself. */
export const bundleLabels = (labels: readonly Label[]): readonly Label[] => {
  const distinct = new Map(labels.map((label) => [`${label.system}|${label.code}`, label]));
  return [...distinct.values()].filter(({ code }) => !revealing.has(code));
};

/** Adds what is not there yet to `meta.security` or `meta.tag`, in place, so that number spellings stay. */
export const addLabels = (resource: JsonValue, member: 'security' | 'tag', labels: readonly Label[]): void => {
  if (!isJsonObject(resource) || labels.length === 0) return;
  const meta = isJsonObject(resource.meta) ? resource.meta : (resource.meta = {});
  const codings = Array.isArray(meta[member]) ? meta[member] : (meta[member] = []);
  for (const label of labels) {
    const known = codings.some(
      (coding) => isJsonObject(coding) && coding.system === label.system && coding.code === label.code,
    );
    if (!known) codings.push({ ...label });
  }
};

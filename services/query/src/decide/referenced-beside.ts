import { everyReference, parseJson, subjectlessTypes } from '@chartseal/fhir';
import type { RecordKey } from '@chartseal/ports';
import type { Released } from '../release/released.ts';

/**
 * What has no subject and is shareable only because something released references it (B11). Looked for in the released
 * texts themselves: what was not shown shows nothing else.
 */
export const referencedBeside = (released: readonly Released[], fhirBaseUrl: string): readonly RecordKey[] => {
  const found = new Map<string, RecordKey>();
  for (const { text } of released) {
    const { value } = parseJson(text);
    if (typeof value !== 'object' || value === null) continue;
    for (const { resourceType, id } of everyReference(value, fhirBaseUrl)) {
      if (subjectlessTypes.has(resourceType)) found.set(`${resourceType}/${id}`, { resourceType, id });
    }
  }
  for (const { version } of released) found.delete(`${version.resourceType}/${version.id}`);
  return [...found.values()];
};

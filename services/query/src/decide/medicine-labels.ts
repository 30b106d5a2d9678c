/** A request names its medicine by a code or by a reference (R4 medicationrequest.html); its labels must not depend on which. */
import { joinLabels, labelsOf, type Labels, type ValueSets } from '@chartseal/consent';
import { parseReference, type JsonValue } from '@chartseal/fhir';
import type { RecordKey, RecordStore } from '@chartseal/ports';
import { examinedContent, keyOf, type ExaminedContent } from './examined-content.ts';

const medicines: ReadonlySet<string> = new Set(['Medication', 'Substance']);

type Labelling = { readonly records: RecordStore; readonly fhirBaseUrl: string; readonly valueSets: ValueSets };

/** Labels of the content and of every medicine that it names, and their ingredients. Undefined: it names none. */
export const labelsWithMedicines = async (
  { records, fhirBaseUrl, valueSets }: Labelling,
  { resource }: ExaminedContent,
): Promise<Labels | undefined> => {
  const seen = new Set<string>();
  let labels: Labels | undefined;
  for (let frontier: readonly JsonValue[] = [resource]; frontier.length > 0;) {
    const keys = frontier
      .flatMap((value) => medicinesIn(value, fhirBaseUrl))
      .filter((key) => !seen.has(keyOf(key)) && seen.add(keyOf(key)));
    const versions = keys.length === 0 ? [] : await records.readMany(keys);
    const contents = await Promise.all(versions.map(async (one) => examinedContent(records, one, fhirBaseUrl)));
    frontier = contents.flatMap((content) => (content === undefined ? [] : [content.resource]));
    for (const medicine of frontier) {
      labels = joinLabels(labels ?? labelsOf(resource, valueSets), labelsOf(medicine, valueSets));
    }
  }
  return labels;
};

const medicinesIn = (resource: JsonValue, fhirBaseUrl: string): readonly RecordKey[] => {
  const found: RecordKey[] = [];
  const open: JsonValue[] = [resource];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (value === null || typeof value !== 'object') continue;
    // One by one: a record may hold more values than a call takes arguments.
    for (const member of Object.values(value)) open.push(member);
    if (Array.isArray(value) || typeof value.reference !== 'string') continue;
    const parsed = parseReference(value.reference, fhirBaseUrl);
    if (parsed.kind !== 'relative' && parsed.kind !== 'local-absolute') continue;
    if (medicines.has(parsed.type)) found.push({ resourceType: parsed.type, id: parsed.id });
  }
  return found;
};

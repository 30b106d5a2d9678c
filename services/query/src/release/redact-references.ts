import { parseReference, type JsonValue } from '@chartseal/fhir';

/** Local records that may not show through a reference, as `Type/id`. */
export type WithheldReferences = {
  readonly fhirBaseUrl: string;
  readonly keys: ReadonlySet<string>;
};

/** What beside `reference` tells of the referenced record. */
const telling = ['display', '_display', 'identifier'];

/**
 * Takes from every reference to a withheld record what tells of it (C8), at any depth, contained resources and Bundle
 * entries too. In place, so that number spellings stay.
 */
export const redactReferences = (resource: JsonValue, withheld: WithheldReferences): 'whole' | 'subsetted' => {
  let form: 'whole' | 'subsetted' = 'whole';
  const open: JsonValue[] = [resource];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (value === null || typeof value !== 'object') continue;
    open.push(...Object.values(value));
    if (Array.isArray(value) || typeof value.reference !== 'string' || !isWithheld(value.reference, withheld)) continue;
    for (const member of telling) {
      if (!Object.hasOwn(value, member)) continue;
      delete value[member];
      form = 'subsetted';
    }
  }
  return form;
};

const isWithheld = (reference: string, { fhirBaseUrl, keys }: WithheldReferences): boolean => {
  const key = localKey(reference, fhirBaseUrl);
  return key !== undefined && keys.has(key);
};

const localKey = (reference: string, fhirBaseUrl: string): string | undefined => {
  const parsed = parseReference(reference, fhirBaseUrl);
  return parsed.kind === 'relative' || parsed.kind === 'local-absolute' ? `${parsed.type}/${parsed.id}` : undefined;
};

/** `Type/id` of each local record whose reference says more than where it is. */
export const tellingReferences = (resource: JsonValue, fhirBaseUrl: string): ReadonlySet<string> => {
  const found = new Set<string>();
  const open: JsonValue[] = [resource];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (value === null || typeof value !== 'object') continue;
    open.push(...Object.values(value));
    if (Array.isArray(value) || typeof value.reference !== 'string') continue;
    const key = localKey(value.reference, fhirBaseUrl);
    if (key !== undefined && telling.some((member) => Object.hasOwn(value, member))) found.add(key);
  }
  return found;
};

import { parseReference, type JsonValue } from '@chartseal/fhir';

/** Local records that may not show through a reference, as `Type/id`. */
export type WithheldReferences = {
  readonly fhirBaseUrl: string;
  readonly keys: ReadonlySet<string>;
  /** Names (see `logicalName`) of what is referenced by an identifier alone. */
  readonly logical: ReadonlySet<string>;
  /** Whether the narrative may repeat in words what is withheld: it is left out as a whole then. */
  readonly narrative: 'shown' | 'withheld';
};

export const nothingWithheld = ({ keys, logical, narrative }: WithheldReferences): boolean =>
  keys.size + logical.size === 0 && narrative === 'shown';

/** What beside `reference` tells of the referenced record. */
const telling = ['display', '_display', 'identifier'];

/** https://hl7.org/fhir/R4/narrative.html */
export const hasNarrative = (resource: JsonValue): resource is { text?: JsonValue; [member: string]: JsonValue } =>
  typeof resource === 'object' && resource !== null && !Array.isArray(resource) && typeof resource.text === 'object';

/** https://hl7.org/fhir/R4/extension-data-absent-reason.html */
const masked = (): JsonValue => ({
  url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason',
  valueCode: 'masked',
});

/**
 * Takes from every reference to a withheld record what tells of it (C8), at any depth, contained resources and Bundle
 * entries too, and the narrative that may say it in words. In place, so that number spellings stay.
 */
export const redactReferences = (resource: JsonValue, withheld: WithheldReferences): 'whole' | 'subsetted' => {
  let form: 'whole' | 'subsetted' = 'whole';
  const open: JsonValue[] = [resource];
  if (withheld.narrative === 'withheld' && hasNarrative(resource)) {
    delete resource.text;
    form = 'subsetted';
  }
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (value === null || typeof value !== 'object') continue;
    // One by one: a record may hold more values than a call takes arguments.
    for (const member of Object.values(value)) open.push(member);
    if (Array.isArray(value) || !isWithheld(value, withheld)) continue;
    for (const member of telling) {
      if (!Object.hasOwn(value, member)) continue;
      delete value[member];
      form = 'subsetted';
    }
    // FHIR JSON has no empty objects.
    if (Object.keys(value).length === 0) value.extension = [masked()];
  }
  return form;
};

const isWithheld = (value: JsonObject, { fhirBaseUrl, keys, logical }: WithheldReferences): boolean => {
  if (typeof value.reference === 'string') {
    const key = localKey(value.reference, fhirBaseUrl);
    return key !== undefined && keys.has(key);
  }
  const identifier = patientIdentifier(value);
  return identifier !== undefined && logical.has(logicalName(identifier));
};

type JsonObject = { readonly [member: string]: JsonValue };
export type LogicalIdentifier = { readonly system: string | undefined; readonly value: string };

export const logicalName = ({ system, value }: LogicalIdentifier): string => JSON.stringify([system ?? null, value]);

/** Of a logical reference (https://hl7.org/fhir/R4/references.html#logical), unless it says that it points to no Patient. */
const patientIdentifier = ({ reference, type, identifier }: JsonObject): LogicalIdentifier | undefined => {
  if (typeof reference === 'string' || (typeof type === 'string' && !/(?:^|\/)Patient$/.test(type))) return undefined;
  if (typeof identifier !== 'object' || identifier === null || Array.isArray(identifier)) return undefined;
  const { system, value } = identifier;
  if (typeof value !== 'string') return undefined;
  return { system: typeof system === 'string' ? system : undefined, value };
};

/** Each identifier by which the resource may name a Patient, once. */
export const logicalReferences = (resource: JsonValue): readonly LogicalIdentifier[] => {
  const found = new Map<string, LogicalIdentifier>();
  const open: JsonValue[] = [resource];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (value === null || typeof value !== 'object') continue;
    for (const member of Object.values(value)) open.push(member);
    const identifier = Array.isArray(value) ? undefined : patientIdentifier(value);
    if (identifier !== undefined) found.set(logicalName(identifier), identifier);
  }
  return [...found.values()];
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
    for (const member of Object.values(value)) open.push(member);
    if (Array.isArray(value) || typeof value.reference !== 'string') continue;
    const key = localKey(value.reference, fhirBaseUrl);
    if (key !== undefined && telling.some((member) => Object.hasOwn(value, member))) found.add(key);
  }
  return found;
};

import type { Code } from '../coding.ts';

type JsonObject = Readonly<Record<string, unknown>>;

const itemsOf = (value: unknown): readonly JsonObject[] =>
  (Array.isArray(value) ? (value as unknown[]) : [value]).filter(
    (item): item is JsonObject => typeof item === 'object' && item !== null,
  );

/** Codings of Codings and CodeableConcepts. */
const codingsOf = (value: unknown): readonly Code[] =>
  itemsOf(value)
    .flatMap((item) => (item['coding'] === undefined ? [item] : itemsOf(item['coding'])))
    .flatMap(({ system, code }) => (typeof system === 'string' && typeof code === 'string' ? [{ system, code }] : []));

const codedElements = ['code', 'category', 'type', 'class', 'medicationCodeableConcept', 'vaccineCode'];

/** Consent-semantics B9: what the record is about. */
export const codesOf = (resource: JsonObject): readonly Code[] =>
  codedElements.flatMap((name) => codingsOf(resource[name]));

/** What only a part of the record is about: it can bring a denial, not a permission for the whole. */
export const partCodesOf = (resource: JsonObject): readonly Code[] =>
  ['component', 'diagnosis', 'item'].flatMap((name) => itemsOf(resource[name])).flatMap(codesOf);

/** The type of document that a Composition or a DocumentReference says it is. */
export const documentTypesOf = (resource: JsonObject): readonly Code[] =>
  ['Composition', 'DocumentReference'].includes(String(resource['resourceType'])) ? codingsOf(resource['type']) : [];

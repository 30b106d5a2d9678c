/** What an entry of the access log may tell the patient whom it concerns: everything of this patient, and nobody else's names. */
import type { JsonValue } from '@chartseal/fhir';
import { isJsonObject, type JsonObject } from '../json-object.ts';
import { ownWords } from './own-words.ts';

/** What belongs to one person: ids of the Patients that are that person, and of all consents that the person ever gave. */
export type OwnNames = { readonly patients: ReadonlySet<string>; readonly consents: ReadonlySet<string> };

const patientReference = /^Patient\/([^/]+)/;

const namesOther = (reference: JsonValue | undefined, { patients }: OwnNames): boolean => {
  const [, id] = typeof reference === 'string' ? (patientReference.exec(reference) ?? []) : [];
  return id !== undefined && !patients.has(id);
};

const whatOf = (entity: JsonObject): JsonObject => (isJsonObject(entity['what']) ? entity['what'] : {});

/** Of an AuthZconsent event. */
const isOthersConsent = (entity: JsonObject, { consents }: OwnNames): boolean => {
  const { identifier } = whatOf(entity);
  const value = isJsonObject(identifier) ? identifier['value'] : undefined;
  if (typeof value !== 'string' || !value.startsWith('urn:uuid:')) return false;
  return !consents.has(value.slice('urn:uuid:'.length));
};

const hasExtension = (part: JsonValue, url: string, test: (value: JsonObject) => boolean): boolean =>
  isJsonObject(part) && part['url'] === url && test(part);

/** The consent of another subject of the same record, or another's own Patient resource that names this one. */
const isOthersPart = (part: JsonValue, own: OwnNames): boolean =>
  hasExtension(part, 'version', ({ valueReference }) =>
    isJsonObject(valueReference) ? namesOther(valueReference['reference'], own) : false,
  ) ||
  hasExtension(part, 'basis', ({ extension }) =>
    Array.isArray(extension)
      ? extension.some((each) =>
          hasExtension(
            each,
            'consent',
            ({ valueString }) => typeof valueString !== 'string' || !own.consents.has(valueString),
          ),
        )
      : false,
  );

/** Filters in place; whether anything went. */
const drop = (list: JsonValue[], isForeign: (item: JsonValue) => boolean): boolean => {
  const kept = list.filter((item) => !isForeign(item));
  const dropped = kept.length < list.length;
  if (dropped) list.splice(0, list.length, ...kept);
  return dropped;
};

const redactQuery = (entity: JsonObject, own: OwnNames): boolean => {
  const { query } = entity;
  if (typeof query !== 'string') return false;
  const said = Buffer.from(query, 'base64').toString('utf8');
  const told = ownWords(said, own.patients);
  entity['query'] = Buffer.from(told, 'utf8').toString('base64');
  return told !== said;
};

/** @returns whether anything was left out; changes the event in place */
export const keepOwn = (event: JsonObject, own: OwnNames): boolean => {
  let redacted = false;
  const { entity: entities, extension: decisions } = event;
  if (Array.isArray(entities)) {
    const isForeign = (item: JsonValue): boolean =>
      isJsonObject(item) && (namesOther(whatOf(item)['reference'], own) || isOthersConsent(item, own));
    redacted = drop(entities, isForeign) || redacted;
    for (const item of entities) if (isJsonObject(item)) redacted = redactQuery(item, own) || redacted;
  }
  if (Array.isArray(decisions))
    for (const decision of decisions) {
      const parts = isJsonObject(decision) ? decision['extension'] : undefined;
      if (Array.isArray(parts)) redacted = drop(parts, (part) => isOthersPart(part, own)) || redacted;
    }
  return redacted;
};

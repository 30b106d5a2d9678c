import { breakGlass } from '@chartseal/consent';
import type { JsonValue } from '@chartseal/fhir';
import { decisionExtensionUrl } from '../audit/decision-extension.ts';
import { isJsonObject, isResource, type JsonObject } from '../json-object.ts';

/** One time that something of a person went to another organisation, as the access log has it. */
export type Disclosure = {
  /** FHIR instant. */
  readonly at: string;
  /** Directory id. */
  readonly recipient: string;
  /** v3 ActReason. */
  readonly purpose: string;
  /** Why the glass was broken, in the recipient's words; of no other disclosure. */
  readonly emergency?: string;
  /** How many versions of each resource type. */
  readonly types: ReadonlyMap<string, number>;
  /** Ids of the consents that permitted it. */
  readonly consents: readonly string[];
};

const list = (value: JsonValue | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isJsonObject) : [];

const object = (value: JsonValue | undefined): JsonObject => (isJsonObject(value) ? value : {});
const text = (value: JsonValue | undefined): string => (typeof value === 'string' ? value : '');
const codesOf = (concept: JsonValue | undefined): readonly string[] =>
  list(object(concept).coding).map(({ code }) => text(code));

/** Who asked: BALP's PROV agent. */
const recipientOf = (event: JsonObject): string => {
  const agent = list(event.agent).find(({ type }) => codesOf(type).includes('PROV'));
  return text(object(object(agent?.who).identifier).value);
};

const partsOf = (event: JsonObject, url: string): readonly JsonObject[] =>
  list(event.extension)
    .filter((each) => each.url === decisionExtensionUrl)
    .flatMap(({ extension }) => list(extension))
    .filter((part) => part.url === url);

const typesOf = (event: JsonObject): ReadonlyMap<string, number> => {
  const types = new Map<string, number>();
  for (const { valueReference } of partsOf(event, 'version')) {
    const [type = ''] = text(object(valueReference).reference).split('/');
    types.set(type, (types.get(type) ?? 0) + 1);
  }
  return types;
};

const consentsOf = (event: JsonObject): readonly string[] =>
  partsOf(event, 'basis').flatMap(({ extension }) =>
    list(extension).flatMap(({ url, valueString }) => (url === 'consent' ? [text(valueString)] : [])),
  );

/**
 * What an entry of the access log says was disclosed. Undefined for what was refused, for what the custodian's own people read (a use, no
 * disclosure: 45 CFR 160.103), and for the event that tells beside a disclosure which consent permitted it.
 * @param content as released to the person
 */
export const disclosureOf = (content: string, custodian: string): Disclosure | undefined => {
  const value = JSON.parse(content) as JsonValue;
  if (!isResource(value) || object(value.type).code !== 'rest' || value.outcome !== '0') return undefined;
  const recipient = recipientOf(value);
  const types = typesOf(value);
  if (recipient === '' || recipient === custodian || types.size === 0) return undefined;
  const [concept] = list(value.purposeOfEvent);
  const [purpose = ''] = codesOf(concept);
  return {
    at: text(value.recorded),
    recipient,
    purpose,
    ...(purpose === breakGlass ? { emergency: text(concept?.text) } : {}),
    types,
    consents: consentsOf(value),
  };
};

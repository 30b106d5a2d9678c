/** What `$explain` is asked: Parameters (https://hl7.org/fhir/R4/parameters.html). All of it is untrusted. */
import { isPurpose } from '@chartseal/consent';
import { JsonError, parseJson, type JsonValue } from '@chartseal/fhir';
import { ChartsealError, type ErrorIssue } from '@chartseal/ports';
import { isJsonObject, type JsonObject } from '../json-object.ts';

export type ExplainWords = {
  /** A Patient's id; the patient's own door has none. */
  readonly patient: string | undefined;
  /** Directory id. */
  readonly requester: string;
  /** v3 ActReason. */
  readonly purpose: string;
  /** A draft; without it the consents in force are asked. */
  readonly consent: JsonObject | undefined;
  /** Whether the draft is decided by itself, or as one more beside those in force. */
  readonly beside: 'nothing' | 'in-force';
  readonly count: number;
  /** The `next` of the answer before. */
  readonly page: string | undefined;
};

const names = ['patient', 'requester', 'purpose', 'consent', 'beside-in-force', 'count', 'page'] as const;
type Name = (typeof names)[number];
const isName = (name: JsonValue | undefined): name is Name => names.some((known) => known === name);

const defaultCount = 200;
const maximumCount = 1000;

type Parts = ReadonlyMap<Name, { readonly part: JsonObject; readonly at: string }>;

/** @throws ChartsealError `malformed` */
export const explainWords = (body: string, door: 'custodian' | 'patient'): ExplainWords => {
  const issues: ErrorIssue[] = [];
  const parts = partsOf(body, issues);
  const read = <T>(name: Name, value: (part: JsonObject) => T | undefined, says: string): T | undefined => {
    const given = parts.get(name);
    if (given === undefined) return undefined;
    const found = value(given.part);
    if (found === undefined) issues.push({ code: 'value', expression: given.at, diagnostics: says });
    return found;
  };
  const patient = read('patient', patientOf, 'must be a reference to a Patient here');
  const requester = read('requester', requesterOf, 'must be an identifier of urn:chartseal:organization');
  const purpose = read('purpose', purposeOf, 'must be a coding of v3 ActReason');
  const consent = read('consent', ({ resource }) => objectOf(resource), 'must be a Consent');
  const beside = read('beside-in-force', ({ valueBoolean }) => booleanOf(valueBoolean), 'must be a boolean');
  const count = read('count', countOf, 'must be a positive integer');
  const page = read('page', ({ valueString }) => stringOf(valueString), 'must be the next of an answer');
  const needed = [
    ['requester', requester],
    ['purpose', purpose],
    ...(door === 'custodian' ? ([['patient', patient]] as const) : []),
  ] as const;
  for (const [name, value] of needed)
    if (value === undefined && !parts.has(name))
      issues.push({ code: 'required', expression: 'Parameters.parameter', diagnostics: `${name} is required` });
  if (door === 'patient' && patient !== undefined)
    issues.push({
      code: 'not-supported',
      expression: 'Parameters.parameter',
      diagnostics: 'a patient is asked of by the token',
    });
  if (requester === undefined || purpose === undefined || issues.length > 0)
    throw new ChartsealError('malformed', 'the parameters cannot be read', { issues });
  return {
    patient,
    requester,
    purpose,
    consent,
    beside: beside === true ? 'in-force' : 'nothing',
    count: Math.min(count ?? defaultCount, maximumCount),
    page,
  };
};

const partsOf = (body: string, issues: ErrorIssue[]): Parts => {
  const value = parsed(body);
  const found = new Map<Name, { part: JsonObject; at: string }>();
  if (!isJsonObject(value) || value.resourceType !== 'Parameters' || !Array.isArray(value.parameter)) {
    issues.push({ code: 'structure', expression: 'Parameters', diagnostics: 'Parameters are expected' });
    return found;
  }
  for (const [index, part] of value.parameter.entries()) {
    const at = `Parameters.parameter[${index}]`;
    if (!isJsonObject(part) || !isName(part.name) || found.has(part.name))
      issues.push({
        code: 'not-supported',
        expression: at,
        diagnostics: `each of these once at most: ${names.join(', ')}`,
      });
    else found.set(part.name, { part, at });
  }
  return found;
};

const parsed = (body: string): JsonValue => {
  try {
    return parseJson(body).value;
  } catch (error) {
    if (error instanceof JsonError) throw new ChartsealError('malformed', 'the body is not JSON that can be read');
    throw error;
  }
};

const objectOf = (value: JsonValue | undefined): JsonObject | undefined => (isJsonObject(value) ? value : undefined);
const stringOf = (value: JsonValue | undefined): string | undefined => (typeof value === 'string' ? value : undefined);
const booleanOf = (value: JsonValue | undefined): boolean | undefined =>
  typeof value === 'boolean' ? value : undefined;

const patientOf = ({ valueReference, valueString }: JsonObject): string | undefined => {
  const text = stringOf(objectOf(valueReference)?.reference) ?? stringOf(valueString);
  const [, id] = /^(?:Patient\/)?([A-Za-z0-9\-.]{1,64})$/.exec(text ?? '') ?? [];
  return id;
};

const requesterOf = ({ valueIdentifier, valueReference, valueString }: JsonObject): string | undefined => {
  const identifier = objectOf(valueIdentifier) ?? objectOf(objectOf(valueReference)?.identifier);
  if (identifier === undefined) return stringOf(valueString);
  return identifier.system === 'urn:chartseal:organization' ? stringOf(identifier.value) : undefined;
};

const purposeOf = ({ valueCoding, valueCode }: JsonObject): string | undefined => {
  const coding = objectOf(valueCoding);
  const code = stringOf(coding === undefined ? valueCode : coding.code);
  const isOfSystem = coding === undefined || coding.system === 'http://terminology.hl7.org/CodeSystem/v3-ActReason';
  return code !== undefined && isOfSystem && isPurpose(code) ? code : undefined;
};

const countOf = ({ valueInteger, valuePositiveInt, valueUnsignedInt }: JsonObject): number | undefined => {
  const count = valuePositiveInt ?? valueInteger ?? valueUnsignedInt;
  return typeof count === 'number' && Number.isInteger(count) && count > 0 ? count : undefined;
};

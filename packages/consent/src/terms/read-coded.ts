/** Codings of a Consent: taken only from the systems and codes that decisions know. */
import { systems, type Code } from '../coding.ts';
import { isConfidentiality, isSensitivity } from '../label/sensitivity.ts';
import { isPurpose } from '../purpose/purpose-of-use.ts';
import { isObject, type Issues } from './issues.ts';
import { isResourceType } from '@chartseal/fhir';

/** Reads a Coding; what it displays is for people. */
const readCoding = (issues: Issues, value: unknown, path: string): Code | undefined => {
  const coding = issues.object(value, path, ['system', 'version', 'code', 'display', 'userSelected']);
  if (coding === undefined) return undefined;
  const system = issues.text(coding['system'], `${path}.system`);
  const code = issues.text(coding['code'], `${path}.code`);
  return system === undefined || code === undefined ? undefined : { system, code };
};

/** The codings of a CodeableConcept, which all say the same. */
export const readConcept = (issues: Issues, value: unknown, path: string): readonly Code[] | undefined => {
  const concept = issues.object(value, path, ['coding', 'text']);
  if (concept === undefined) return undefined;
  if (concept['coding'] === undefined)
    return issues.report('required', `${path}.coding`, 'a text alone is not understood');
  return issues.list(concept['coding'], `${path}.coding`, (coding, at) => readCoding(issues, coding, at));
};

/** The one code of a CodeableConcept, out of one system. */
export const readCode = <C extends string>(
  issues: Issues,
  value: unknown,
  path: string,
  system: string,
  known: readonly C[],
): C | undefined => {
  if (value === undefined) return issues.report('required', path, 'is required');
  const before = issues.found.length;
  const codings = readConcept(issues, value, path);
  const code = known.find((each) => codings?.length === 1 && codings[0]?.system === system && codings[0].code === each);
  if (code !== undefined) return code;
  if (issues.found.length > before) return undefined;
  return issues.report('not-supported', `${path}.coding`, 'must be one coding that is known here');
};

type Allowed = (code: Code) => boolean;

const read = (issues: Issues, value: unknown, path: string, allowed: Allowed): Code | undefined => {
  const coding = readCoding(issues, value, path);
  if (coding === undefined || allowed(coding)) return coding;
  return issues.report('not-supported', path, 'the code or its system is not known here');
};

export const readPurpose = (issues: Issues, value: unknown, path: string): string | undefined =>
  read(issues, value, path, ({ system, code }) => system === systems.actReason && isPurpose(code))?.code;

export const readSecurityLabel = (issues: Issues, value: unknown, path: string): string | undefined =>
  read(
    issues,
    value,
    path,
    ({ system, code }) =>
      (system === systems.confidentiality && isConfidentiality(code)) ||
      (system === systems.actCode && isSensitivity(code)),
  )?.code;

/** B9: a resource type, or a document type. */
export const readClass = (issues: Issues, value: unknown, path: string): Code | undefined =>
  read(
    issues,
    value,
    path,
    ({ system, code }) => system === systems.loinc || (system === systems.resourceTypes && isResourceType(code)),
  );

const actions = ['collect', 'access', 'use', 'disclose', 'correct'] as const;

export const readAction = (issues: Issues, value: unknown, path: string): string | undefined =>
  readCode(issues, value, path, systems.consentAction, actions);

/** An Identifier of one system and nothing beside. */
export const readIdentifier = (issues: Issues, value: unknown, path: string, system: string): string | undefined => {
  const identifier = issues.object(value, path, ['system', 'value']);
  if (identifier === undefined) return undefined;
  if (identifier['system'] !== system) return issues.report('value', `${path}.system`, `must be ${system}`);
  return issues.text(identifier['value'], `${path}.value`);
};

/** A Reference by an identifier of ours alone: a literal beside it could name another one. */
export const readLogicalReference = (
  issues: Issues,
  value: unknown,
  path: string,
  system: string,
): string | undefined => {
  const reference = issues.object(value, path, ['identifier', 'display', 'type']);
  if (reference === undefined) return undefined;
  if (!isObject(reference['identifier']))
    return issues.report('required', `${path}.identifier`, `must be of ${system}`);
  return readIdentifier(issues, reference['identifier'], `${path}.identifier`, system);
};

import {
  normalisationIssues,
  normaliseReferences,
  normaliseResource,
  parseJson,
  JsonError,
  validateResource,
  isResourceType,
  type Issue,
  type NumberSpelling,
} from '@chartseal/fhir';
import { ChartsealError, type ErrorIssue, type ErrorKind } from '@chartseal/ports';
import { contentHash, contentHashUrl, nameContent, separateContent } from '@chartseal/server';
import type { IngestDependencies } from './dependencies.ts';

/**
 * A resource as it came: plain values for the rules, and beside them how each number was spelled. Never clone `resource`. `bytes`: of a
 * Binary that came in its own media type.
 */
export type Incoming = {
  readonly resource: IncomingResource;
  readonly numbers: NumberSpelling;
  readonly bytes?: Uint8Array;
};
export type IncomingResource = { resourceType: string; id?: unknown; [element: string]: unknown };

/** @throws ChartsealError `malformed`: not JSON, duplicate keys, too deep, lone surrogates, not a resource. */
export const readResource = (text: string): Incoming => {
  try {
    const { value, numbers } = parseJson(text);
    if (isResource(value)) return { resource: value, numbers };
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    throw malformedJson(error, error.path);
  }
  throw refusal('malformed', {
    code: 'structure',
    diagnostics: 'the body is not a FHIR resource: a JSON object with a resourceType',
  });
};

/** `expression`: where in the body. */
export const malformedJson = (cause: JsonError, expression: string): ChartsealError => {
  const issue: ErrorIssue = { code: 'structure', expression, diagnostics: cause.message };
  return new ChartsealError('malformed', 'the body is not JSON that can be read', { issues: [issue] }, { cause });
};

/** What may be stored, and what the client may be told of it: warnings, and what was normalised. */
export type Admitted = Incoming & { readonly issues: readonly Issue[] };

/** Validates and normalises in place. @throws ChartsealError `invalid`. `path` is where the resource stands: `Bundle.entry[3].resource`. */
export const admitResource = (dependencies: Admitting, incoming: Incoming, path?: string): Admitted =>
  normalise(dependencies, { ...incoming, issues: requireValid(dependencies, incoming.resource, path) }, path);

/** Of a valid resource, in place: what was changed is told with it. */
export const normalise = ({ fhirBaseUrl }: Admitting, valid: Admitted, path?: string): Admitted => {
  const { resource } = valid;
  const changes = issuesAt(normalisationIssues(normaliseResource(resource)), resource, path);
  normaliseReferences(resource, fhirBaseUrl);
  return separateBinary({ ...valid, issues: [...valid.issues, ...changes] }, path);
};

export type Admitting = Pick<IngestDependencies, 'fhirBaseUrl' | 'validate'>;

/** By the policy of this gateway. @returns what is doubtful about it. @throws ChartsealError `invalid` */
export const requireValid = (
  { validate }: Pick<Admitting, 'validate'>,
  resource: IncomingResource,
  path?: string,
): readonly Issue[] => {
  const found = issuesAt(validate(resource), resource, path);
  refuseIssues(errorsOf(found));
  return found;
};

/** What is not stored but carried out (Parameters, a Bundle around its entries) is read strictly. @throws ChartsealError `invalid` */
export const requireReadable = (resource: IncomingResource, path?: string): void =>
  refuseIssues(errorsOf(issuesAt(validateResource(resource), resource, path)));

/** Keeps the content of a Binary beside it (R4 binary.html). */
export const separateBinary = (valid: Admitted, path?: string): Admitted => {
  const { resource, numbers, issues } = valid;
  if (resource.resourceType !== 'Binary') return valid;
  const expression = `${path ?? 'Binary'}.data`;
  if (contentHash(resource) !== undefined) {
    const diagnostics = `the extension ${contentHashUrl} is the server's own`;
    throw refusal('invalid', { code: 'business-rule', expression, diagnostics });
  }
  if (valid.bytes !== undefined) {
    nameContent(resource, valid.bytes);
    return valid;
  }
  const separated = separateContent(resource);
  if (separated.outcome === 'nothing') return { resource, numbers, issues };
  if (separated.outcome === 'not-base64')
    throw refusal('invalid', { code: 'value', expression, diagnostics: 'must be base64 (RFC 4648, with padding)' });
  const { bytes } = separated;
  if (separated.encoding === 'canonical') return { resource, numbers, bytes, issues };
  const told: Issue = {
    severity: 'information',
    code: 'informational',
    expression,
    diagnostics: 'white space in the base64 was left out',
  };
  return { resource, numbers, bytes, issues: [...issues, told] };
};

export const refuseIssues = (issues: readonly ErrorIssue[]): void => {
  if (issues.length > 0) throw new ChartsealError('invalid', 'the resource is not valid', { issues });
};

/** Of those, what makes it refused. */
export const errorsOf = (issues: readonly Issue[]): readonly ErrorIssue[] =>
  issues
    .filter(({ severity }) => severity === 'error' || severity === 'fatal')
    .map(({ code, expression, diagnostics = 'not valid' }) => ({
      code,
      diagnostics,
      ...(expression === undefined ? {} : { expression }),
    }));

/** The same issues, of a resource that stands at `path` in another. */
const issuesAt = (
  issues: readonly Issue[],
  { resourceType }: IncomingResource,
  path: string | undefined,
): readonly Issue[] =>
  path === undefined
    ? issues
    : issues.map((issue) =>
        issue.expression === undefined ? issue : { ...issue, expression: issue.expression.replace(resourceType, path) },
      );

export const isResource = (value: unknown): value is IncomingResource =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  'resourceType' in value &&
  typeof value.resourceType === 'string';

/** @throws ChartsealError `not-found` for a type that R4 does not have. */
export const requireResourceType = (resourceType: string): void => {
  if (!isResourceType(resourceType)) {
    throw refusal('not-found', { code: 'not-supported', diagnostics: 'R4 has no such resource type' });
  }
};

export const refusal = (kind: ErrorKind, issue: ErrorIssue): ChartsealError =>
  new ChartsealError(kind, issue.diagnostics, { issues: [issue] });

/** R4 datatypes.html#id */
export const requireId = (id: string): string => {
  if (!/^[A-Za-z0-9\-.]{1,64}$/.test(id)) {
    throw refusal('malformed', { code: 'value', diagnostics: 'an id has 1 to 64 letters, digits, - and .' });
  }
  return id;
};

export const requireType = (resource: IncomingResource, resourceType: string): void => {
  if (resource.resourceType !== resourceType) {
    throw refusal('malformed', {
      code: 'invalid',
      expression: 'resourceType',
      diagnostics: 'must be the type in the URL',
    });
  }
};

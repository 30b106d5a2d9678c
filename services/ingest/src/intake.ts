import {
  normaliseReferences,
  parseJson,
  JsonError,
  validateResource,
  isResourceType,
  type NumberSpelling,
} from '@chartseal/fhir';
import { ChartsealError, type ErrorIssue, type ErrorKind } from '@chartseal/ports';

/** A resource as it came: plain values for the rules, and beside them how each number was spelled. Never clone `resource`. */
export type Incoming = { readonly resource: IncomingResource; readonly numbers: NumberSpelling };
export type IncomingResource = { resourceType: string; id?: unknown; [element: string]: unknown };

/** @throws ChartsealError `malformed`: not JSON, duplicate keys, too deep, lone surrogates, not a resource. */
export const readResource = (text: string): Incoming => {
  try {
    const { value, numbers } = parseJson(text);
    if (isResource(value)) return { resource: value, numbers };
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const issue: ErrorIssue = { code: 'structure', expression: error.path, diagnostics: error.message };
    throw new ChartsealError(
      'malformed',
      'the body is not JSON that can be read',
      { issues: [issue] },
      { cause: error },
    );
  }
  throw refusal('malformed', {
    code: 'structure',
    diagnostics: 'the body is not a FHIR resource: a JSON object with a resourceType',
  });
};

/** Validates and normalises in place. `path`: see `requireValid`. */
export const admitResource = (incoming: IncomingResource, fhirBaseUrl: string, path?: string): void => {
  requireValid(incoming, path);
  normaliseReferences(incoming, fhirBaseUrl);
};

/** @throws ChartsealError `invalid`. `path` is where the resource stands, for the issues: `Bundle.entry[3].resource`. */
export const requireValid = (resource: IncomingResource, path?: string): void =>
  refuseIssues(findIssues(resource, path));

export const refuseIssues = (issues: readonly ErrorIssue[]): void => {
  if (issues.length > 0) throw new ChartsealError('invalid', 'the resource is not valid', { issues });
};

/** What is wrong with it. Warnings let it pass. */
export const findIssues = (resource: IncomingResource, path?: string): readonly ErrorIssue[] =>
  validateResource(resource)
    .filter((issue) => issue.severity === 'error' || issue.severity === 'fatal')
    .map((issue) => ({
      ...issue,
      diagnostics: issue.diagnostics ?? 'not valid',
      ...(path === undefined || issue.expression === undefined
        ? {}
        : { expression: issue.expression.replace(resource.resourceType, path) }),
    }));

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

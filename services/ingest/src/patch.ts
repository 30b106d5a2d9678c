import {
  applyFhirPathPatch,
  applyJsonPatch,
  canonicalJson,
  JsonError,
  parseFhirPathPatch,
  parseJson,
  parseJsonPatch,
  PatchError,
  type FhirPathPatch,
  type JsonPatch,
  type JsonValue,
} from '@chartseal/fhir';
import { ChartsealError } from '@chartseal/ports';
import { changeRecord, type Change, type ChangeOutcome } from './change.ts';
import type { Target } from './commit-on.ts';
import type { IngestDependencies } from './dependencies.ts';
import { isResource, refusal, requireReadable, type Incoming } from './intake.ts';
import type { Preconditions } from './preconditions.ts';

export type Patch = JsonPatch | FhirPathPatch;

export const jsonPatchType = 'application/json-patch+json';

/** R4 http.html#patch. @throws ChartsealError `malformed` for what is no patch; `expression` says where it stands in a Bundle */
export const readJsonPatch = (text: string, expression?: string): Patch =>
  asRefusal(expression, () => parseJsonPatch(text));

/** R4 fhirpatch.html. @throws ChartsealError `malformed`, `invalid` for Parameters that are not valid */
export const readFhirPathPatch = ({ resource, numbers }: Incoming, expression?: string): Patch => {
  requireReadable(resource, expression);
  return asRefusal(expression, () => parseFhirPathPatch(resource, numbers));
};

/**
 * The patch of a Bundle's entry: a JSON Patch is in a Binary (R4 http.html#patch).
 * @throws ChartsealError `malformed`
 */
export const readPatchResource = (resource: unknown, numbers: Incoming['numbers'], expression: string): Patch => {
  if (isResource(resource) && resource.resourceType === 'Parameters')
    return readFhirPathPatch({ resource, numbers }, expression);
  if (isResource(resource) && resource.resourceType === 'Binary') {
    const { contentType, data } = resource;
    const text = typeof data === 'string' ? Buffer.from(data, 'base64').toString('utf8') : '';
    if (contentType === jsonPatchType) return readJsonPatch(text, `${expression}.data`);
  }
  const diagnostics = `a patch is Parameters, or a Binary of type ${jsonPatchType}`;
  throw refusal('malformed', { code: 'not-supported', expression, diagnostics });
};

/**
 * R4 http.html#patch: all of its operations or none, and what comes out is an update like another.
 * @throws ChartsealError `invalid` where it does not apply (RFC 5789 §2.2 for a request that cannot be processed), `not-found`, `deleted`
 */
export const patchRecord = (
  dependencies: IngestDependencies,
  request: Preconditions & { readonly target: Target; readonly patch: Patch },
): Promise<ChangeOutcome> => changeRecord(dependencies, { ...request, change: patching(request.patch) });

/** `expression`: see `readJsonPatch`. */
export const patching =
  (patch: Patch, expression?: string): Change =>
  (incoming) =>
    asRefusal(expression, () => {
      const { numbers } = incoming;
      const result = apply(incoming, patch);
      if (!isResource(result)) throw new PatchError('not-applicable', 'structure', 'a patch must leave a resource');
      // What could not come in as a body cannot come out of a patch.
      parseJson(canonicalJson(result, numbers));
      return result;
    });

const apply = ({ resource, numbers }: Incoming, patch: Patch): unknown => {
  // It was parsed from the stored text, so it is JSON.
  const document = { value: resource as JsonValue, numbers };
  if (patch.kind === 'json-patch') return applyJsonPatch(document, patch);
  applyFhirPathPatch(document, patch);
  return resource;
};

const kinds = { malformed: 'malformed', 'not-applicable': 'invalid', 'too-large': 'too-large' } as const;

const asRefusal = <T>(expression: string | undefined, work: () => T): T => {
  try {
    return work();
  } catch (error) {
    const at = expression === undefined ? {} : { expression };
    if (error instanceof JsonError)
      throw refusal('invalid', {
        ...at,
        code: 'structure',
        diagnostics: 'what the patch makes is not JSON that may be stored',
      });
    if (!(error instanceof PatchError)) throw error;
    const { code, message, fault, operation } = error;
    const diagnostics = operation === undefined ? message : `operation ${operation} of the patch: ${message}`;
    throw new ChartsealError(kinds[fault], message, { issues: [{ ...at, code, diagnostics }] }, { cause: error });
  }
};

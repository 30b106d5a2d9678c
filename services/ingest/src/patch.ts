import {
  applyJsonPatch,
  canonicalJson,
  JsonError,
  parseJson,
  parseJsonPatch,
  PatchError,
  type JsonPatch,
} from '@chartseal/fhir';
import { ChartsealError } from '@chartseal/ports';
import { changeRecord, type Change, type ChangeOutcome } from './change.ts';
import type { Target } from './commit-on.ts';
import type { IngestDependencies } from './dependencies.ts';
import { isResource, refusal } from './intake.ts';
import type { Preconditions } from './preconditions.ts';

export type Patch = JsonPatch;

export const jsonPatchType = 'application/json-patch+json';

/** R4 http.html#patch. @throws ChartsealError `malformed` for what is no patch; `expression` says where it stands in a Bundle */
export const readJsonPatch = (text: string, expression?: string): Patch =>
  asRefusal(expression, () => parseJsonPatch(text));

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
      const result = applyJsonPatch({ value: incoming.resource as never, numbers }, patch);
      if (!isResource(result)) throw new PatchError('not-applicable', 'structure', 'a patch must leave a resource');
      // What could not come in as a body cannot come out of a patch.
      parseJson(canonicalJson(result, numbers));
      return result;
    });

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

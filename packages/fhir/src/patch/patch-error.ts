import type { IssueType } from '../outcome/operation-outcome.ts';

/**
 * Why a patch changes nothing:
 * - `malformed`: it is no JSON Patch (RFC 6902), or no FHIRPath Patch (R4 fhirpatch.html)
 * - `not-applicable`: it is one, but not for this resource: a path that leads nowhere, a `test` that fails
 * - `too-large`: what it would make is larger than any body may be
 */
export type PatchFault = 'malformed' | 'not-applicable' | 'too-large';

/** Names the operation, never a value. */
export class PatchError extends Error {
  override readonly name = 'PatchError';
  readonly fault: PatchFault;
  readonly code: IssueType;
  /** Index of the operation in the patch. */
  readonly operation: number | undefined;

  constructor(fault: PatchFault, code: IssueType, message: string, operation?: number) {
    super(message);
    this.fault = fault;
    this.code = code;
    this.operation = operation;
  }
}

/** The same fault, told of this operation of the patch. */
export const atOperation = <T>(operation: number, work: () => T): T => {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof PatchError) || error.operation !== undefined) throw error;
    throw new PatchError(error.fault, error.code, error.message, operation);
  }
};

export const malformed = (message: string): PatchError => new PatchError('malformed', 'structure', message);
export const notApplicable = (message: string): PatchError => new PatchError('not-applicable', 'processing', message);

/** The invariants of the StructureDefinitions (FHIRPath), through @medplum/core's validator. */
import { OperationOutcomeError, validateResource } from '@medplum/core';
import type { Issue } from '../outcome/operation-outcome.ts';

type Resource = Parameters<typeof validateResource>[0];
type OperationOutcomeIssue = ReturnType<typeof validateResource>[number];

const failed = (error: unknown): readonly OperationOutcomeIssue[] => {
  if (error instanceof OperationOutcomeError) return error.outcome.issue;
  // Not ours to explain, and its message may quote the record.
  return [{ severity: 'error', code: 'exception' }];
};

const run = (resource: object): readonly OperationOutcomeIssue[] => {
  try {
    return validateResource(resource as Resource, { base64BinaryMaxBytes: Number.POSITIVE_INFINITY });
  } catch (error) {
    return failed(error);
  }
};

/** Formats are decided in primitives.ts; this validator knows fewer of them (no white space in base64Binary). */
const aboutFormat = /^Invalid \w+ (format|value)$/;

/**
 * Issues of a resource that has passed StructureValidator, at `prefix` + the resource's own type and path. What comes of
 * the message is the definition's own sentence, never the record's.
 */
export const invariantIssues = (resource: object, prefix: string): Issue[] => {
  const issues: Issue[] = [];
  for (const { severity, code, details, expression } of run(resource)) {
    const text = details?.text ?? '';
    if (severity !== 'error' || aboutFormat.test(text)) continue;
    // An invariant that could not be evaluated is not known to hold.
    const decided = code === 'invariant' || code === 'structure';
    const path = (expression?.[0] ?? '').replaceAll('[x]', '');
    issues.push({
      severity,
      code: decided ? 'invariant' : 'exception',
      expression: prefix === '' ? path : prefix + path.replace(/^\w+/, ''),
      diagnostics: decided ? text : 'could not be validated',
    });
  }
  return issues;
};

/** https://hl7.org/fhir/R4/operationoutcome.html */

import type { OperationOutcome, OperationOutcomeIssue } from 'fhir/r4.js';

/** https://hl7.org/fhir/R4/valueset-issue-type.html */
export type IssueType = OperationOutcomeIssue['code'];
export type IssueSeverity = OperationOutcomeIssue['severity'];
export type { OperationOutcome, OperationOutcomeIssue };

export type Issue = {
  readonly severity: IssueSeverity;
  readonly code: IssueType;
  /** FHIRPath of the element, `Bundle.entry[3].resource.status`. */
  readonly expression?: string;
  /** What is wrong there. Never the value: outcomes are logged. */
  readonly diagnostics?: string;
};

/** The resource for these issues. R4 wants at least one: none becomes an `informational` "all OK". */
export const operationOutcome = (issues: readonly Issue[]): OperationOutcome => ({
  resourceType: 'OperationOutcome',
  issue:
    issues.length === 0
      ? [{ severity: 'information', code: 'informational', diagnostics: 'All OK' }]
      : issues.map(({ severity, code, expression, diagnostics }) => ({
          severity,
          code,
          ...(expression === undefined ? {} : { expression: [expression] }),
          ...(diagnostics === undefined ? {} : { diagnostics }),
        })),
});

/** Whether what was asked must be refused. */
export const hasErrors = (issues: readonly Issue[]): boolean =>
  issues.some(({ severity }) => severity === 'error' || severity === 'fatal');

import type { OperationOutcome, OperationOutcomeIssue } from '@chartseal/fhir';
import type { ChartsealError, ErrorIssue } from '@chartseal/ports';
import { asChartsealError } from './as-chartseal-error.ts';
import { errorRow } from './error-table.ts';

/** An error as an HTTP answer: `text` is an OperationOutcome, to be sent as application/fhir+json. */
export type ErrorAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
};

const DEFAULT_RETRY_AFTER_SECONDS = 1;
const LAST_SEQUENCE = 'urn:chartseal:lastSequence';
const REFUSAL = 'urn:chartseal:refusal';

const issuesOf = (error: ChartsealError): readonly ErrorIssue[] => {
  const row = errorRow(error.kind);
  if (row.says !== undefined) return [{ code: row.code, diagnostics: row.says }];
  const issues = error.detail.issues ?? [];
  return issues.length > 0 ? issues : [{ code: row.code, diagnostics: error.message }];
};

const annotationsOf = ({ kind, detail }: ChartsealError): object => {
  if (errorRow(kind).says !== undefined) return {};
  return {
    ...(detail.lastSequence === undefined
      ? {}
      : { extension: [{ url: LAST_SEQUENCE, valueInteger: detail.lastSequence }] }),
    ...(detail.code === undefined ? {} : { details: { coding: [{ system: REFUSAL, code: detail.code }] } }),
  };
};

/**
 * The OperationOutcome of an error, as a JSON value (https://hl7.org/fhir/R4/operationoutcome.html): one issue for each
 * thing that is wrong, with where it is. The correlation id stands in `x-request-id` alone, so that two refusals for one reason are one
 * text. Batch entries carry it as `response.outcome`.
 */
export const outcomeOf = (thrown: unknown): OperationOutcome => {
  const error = asChartsealError(thrown);
  const issue: OperationOutcomeIssue[] = [];
  for (const { code, diagnostics, expression } of issuesOf(error)) {
    const annotations = issue.length === 0 ? annotationsOf(error) : {};
    const place = expression === undefined ? {} : { expression: [expression] };
    issue.push({ ...annotations, severity: 'error', code, diagnostics, ...place });
  }
  return { resourceType: 'OperationOutcome', issue };
};

/** Status, headers and OperationOutcome of whatever was thrown. Unknown errors become a 500 that tells nothing. */
export const toOutcome = (thrown: unknown): ErrorAnswer => {
  const error = asChartsealError(thrown);
  const row = errorRow(error.kind);
  const retryAfter = error.detail.retryAfterSeconds ?? DEFAULT_RETRY_AFTER_SECONDS;
  return {
    status: row.status,
    headers: row.retry === 'after' ? { 'Retry-After': String(Math.max(1, Math.ceil(retryAfter))) } : {},
    text: JSON.stringify(outcomeOf(error)),
  };
};

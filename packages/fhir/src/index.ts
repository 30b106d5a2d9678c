export { canonicalBytes, canonicalJson } from './json/canonical.ts';
export { JsonError } from './json/json-error.ts';
export type { JsonErrorCode } from './json/json-error.ts';
export { NumberSpelling } from './json/number-spelling.ts';
export { defaultJsonLimits, parseJson, parseJsonBytes } from './json/parse.ts';
export type { JsonLimits, JsonValue, ParsedJson } from './json/parse.ts';
export { hasErrors, operationOutcome } from './outcome/operation-outcome.ts';
export type {
  Issue,
  IssueSeverity,
  IssueType,
  OperationOutcome,
  OperationOutcomeIssue,
} from './outcome/operation-outcome.ts';

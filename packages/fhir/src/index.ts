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
export { loadDefinitions } from './definitions/definitions.ts';
export type { Definitions } from './definitions/definitions.ts';
export { isResourceType, resourceTypes } from './definitions/resource-types.ts';
export { parseReference } from './references/parse-reference.ts';
export type { ParsedReference } from './references/parse-reference.ts';
export { validateResource } from './validate/validate-resource.ts';

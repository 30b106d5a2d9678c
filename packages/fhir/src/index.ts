export { compartmentCondition } from './compartment/compartment-condition.ts';
export { compartmentTypes } from './compartment/compartment-definitions.ts';
export { conferNothing } from './compartment/patient-parameters.ts';
export { patientCompartment, subjectlessTypes } from './compartment/patient-compartment.ts';
export type { SubjectReference } from './compartment/subject-reference.ts';
export { dateInterval } from './datatypes/date-interval.ts';
export type { DateInterval } from './datatypes/date-interval.ts';
export { loadDefinitions } from './definitions/definitions.ts';
export type { Definitions } from './definitions/definitions.ts';
export { isResourceType, resourceTypes } from './definitions/resource-types.ts';
export { subsetResource } from './definitions/subset-resource.ts';
export type { Subset } from './definitions/subset-resource.ts';
export * from './json/index.ts';
export { setServerMeta } from './meta.ts';
export type { ServerMeta } from './meta.ts';
export { normalisationIssues } from './normalise/normalisation-change.ts';
export type { Normalisation, NormalisationChange } from './normalise/normalisation-change.ts';
export { normaliseResource } from './normalise/normalise-resource.ts';
export { hasErrors, operationOutcome } from './outcome/operation-outcome.ts';
export type {
  Issue,
  IssueSeverity,
  IssueType,
  OperationOutcome,
  OperationOutcomeIssue,
} from './outcome/operation-outcome.ts';
export { applyFhirPathPatch, parseFhirPathPatch } from './patch/fhirpath-patch.ts';
export type { FhirPathPatch } from './patch/fhirpath-patch.ts';
export { applyJsonPatch, parseJsonPatch } from './patch/json-patch.ts';
export type { JsonPatch } from './patch/json-patch.ts';
export { PatchError } from './patch/patch-error.ts';
export type { PatchFault } from './patch/patch-error.ts';
export { everyReference } from './references/every-reference.ts';
export type { ResourceKey } from './references/every-reference.ts';
export { normaliseReferences, rewriting, signedTargets } from './references/normalise-references.ts';
export type { Rewriting } from './references/normalise-references.ts';
export { parseReference } from './references/parse-reference.ts';
export type { ParsedReference } from './references/parse-reference.ts';
export { visitReferences } from './references/visit-references.ts';
export type { BundleEntries, ReferenceSite } from './references/visit-references.ts';
export { extractIndex } from './search/extract-index.ts';
export { earliest, indexGeneration, latest } from './search/index-entry.ts';
export type { IndexEntry, ValueEntry } from './search/index-entry.ts';
export { foldText } from './search/fold-text.ts';
export { mergedCode } from './search/merged-patients.ts';
export { matchesQuery } from './search/matches-query.ts';
export { matchesDate, matchesNumber, matchesQuantity, matchesString, matchesUri } from './search/matches-value.ts';
export type { OtherRecords, SearchableRecord } from './search/matches-query.ts';
export { parseParameterName } from './search/parameter-name.ts';
export type { ParameterName } from './search/parameter-name.ts';
export { parseSearchQuery, parseSystemQuery } from './search/parse-search-query.ts';
export type { ParsedSearch, ParsedSystemSearch } from './search/parse-search-query.ts';
export type { SearchContext } from './search/read-condition.ts';
export { searchParameter, searchParametersOf } from './search/search-parameter.ts';
export type { SearchParameter, SearchParameterType } from './search/search-parameter.ts';
export { prefixes } from './search/search-query.ts';
export type {
  CompositeTest,
  DateTest,
  IncludeRule,
  NumberTest,
  Prefix,
  QuantityTest,
  ReferenceTest,
  ResultParameters,
  SearchCondition,
  SearchQuery,
  SortRule,
  StringTest,
  Summary,
  TokenTest,
  UriTest,
  ValueCondition,
} from './search/search-query.ts';
export { usualPolicy } from './validate/policy.ts';
export type { LevelledIssue, Severity, ValidationLevel, ValidationPolicy } from './validate/policy.ts';
export { createProfileCheck } from './validate/profiles/profile-check.ts';
export type { ProfileCheck } from './validate/profiles/profile-check.ts';
export { createValidator, validateResource } from './validate/validate-resource.ts';
export type { ValidateOptions, Validator } from './validate/validate-resource.ts';
export { canonicalQuantity } from './ucum/canonical-quantity.ts';
export { ucumFault, ucumSystem } from './ucum/units.ts';

import type { DateInterval } from '../datatypes/date-interval.ts';

/** https://hl7.org/fhir/R4/search.html#prefix */
export const prefixes = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'] as const;
export type Prefix = (typeof prefixes)[number];

/**
 * One date to compare with, [start, end) in milliseconds since the epoch. For `ap` the interval is already the widened
 * one. `matchesDate` says what each prefix means.
 */
export type DateTest = DateInterval & { readonly prefix: Prefix };

/**
 * One number to compare with. Decimals in plain notation, without exponent. `low` and `high`: for `eq` and `ne` the interval of the
 * implicit precision, for `ap` the widened one, [low, high); otherwise both are `value` (R4 search.html#number). `matchesNumber` says
 * what each prefix means.
 */
export type NumberTest = {
  readonly prefix: Prefix;
  readonly value: string;
  readonly low: string;
  readonly high: string;
};

/** R4 search.html#quantity. */
export type QuantityTest = {
  readonly number: NumberTest;
  /**
   * `any`: `5.4`. `unit`: `5.4||mg`, the code or the written unit. `code`: `5.4|system|mg`. `canonical`: by UCUM; `number` is in the
   * canonical unit then, and whatever converts to it matches.
   */
  readonly unit:
    | { readonly match: 'any' }
    | { readonly match: 'unit'; readonly unit: string }
    | { readonly match: 'code'; readonly system: string; readonly code: string }
    | { readonly match: 'canonical'; readonly unit: string };
};

/** `value` is folded (`foldText`) but for `exact`. */
export type StringTest = { readonly match: 'starts' | 'contains' | 'exact'; readonly value: string };

/** R4 search.html#uri. `below`: the value or a path under it. `above`: the value or a path over it. */
export type UriTest = { readonly match: 'exact' | 'below' | 'above'; readonly value: string };

export type TokenTest =
  /** `code`: whatever the system, and none. */
  | { readonly match: 'value'; readonly value: string }
  /** `system|code` */
  | { readonly match: 'system-and-value'; readonly system: string; readonly value: string }
  /** `|code` */
  | { readonly match: 'value-without-system'; readonly value: string }
  /** `system|` */
  | { readonly match: 'system'; readonly system: string };

export type ReferenceTest =
  /** `targetType` undefined: `subject=1`, any type that the parameter allows. */
  | { readonly match: 'resource'; readonly targetType: string | undefined; readonly targetId: string }
  | { readonly match: 'url'; readonly url: string };

/** A condition on the values that one parameter has. Holds where one of the record's entries of that code passes one of `anyOf`. */
export type ValueCondition =
  | { readonly kind: 'token'; readonly code: string; readonly anyOf: readonly TokenTest[] }
  | { readonly kind: 'reference'; readonly code: string; readonly anyOf: readonly ReferenceTest[] }
  | { readonly kind: 'date'; readonly code: string; readonly anyOf: readonly DateTest[] }
  | { readonly kind: 'string'; readonly code: string; readonly anyOf: readonly StringTest[] }
  | { readonly kind: 'uri'; readonly code: string; readonly anyOf: readonly UriTest[] }
  | { readonly kind: 'number'; readonly code: string; readonly anyOf: readonly NumberTest[] }
  | { readonly kind: 'quantity'; readonly code: string; readonly anyOf: readonly QuantityTest[] };

/**
 * One alternative of a composite parameter: a condition for each component, in the definition's order, the codes those of the
 * components' entries (`<composite code>$<place>`, from 0). The first is a token with exactly one test. All must hold within one
 * instance of the composite.
 */
export type CompositeTest = readonly [Extract<ValueCondition, { kind: 'token' }>, ...ValueCondition[]];

export type SearchCondition =
  | { readonly kind: 'id'; readonly anyOf: readonly string[] }
  | { readonly kind: 'last-updated'; readonly anyOf: readonly DateTest[] }
  | ValueCondition
  | { readonly kind: 'composite'; readonly code: string; readonly anyOf: readonly CompositeTest[] }
  /** `:missing`: whether the record has any value for the parameter, one that cannot be indexed included. */
  | { readonly kind: 'present'; readonly code: string; readonly present: boolean }
  /** `:not`, `:not-in`: also holds where there is no value. */
  | { readonly kind: 'not'; readonly condition: SearchCondition }
  /** Compartments. Holds where one does; never where there is none. */
  | { readonly kind: 'any'; readonly of: readonly SearchCondition[] }
  /** `subject:Patient.name=x`: a local record that the parameter references satisfies one of `of`, a query for each target type. */
  | { readonly kind: 'chain'; readonly code: string; readonly of: readonly SearchQuery[] }
  /** `_has:Observation:patient:code=x`: a record that satisfies `of` references this one by its parameter `code`. */
  | { readonly kind: 'has'; readonly code: string; readonly of: SearchQuery };

/** Which records of a type: those for which every condition holds. */
export type SearchQuery = { readonly resourceType: string; readonly conditions: readonly SearchCondition[] };

/**
 * One key of `_sort`. Ascending by a record's lowest value, descending by its highest (R4 search.html#_sort); records without a value
 * come last either way.
 */
export type SortRule = { readonly code: string; readonly direction: 'ascending' | 'descending' };

/** `_include` and `_revinclude`, R4 search.html#revinclude. */
export type IncludeRule = {
  readonly kind: 'include' | 'revinclude';
  /** The type whose parameter is followed; undefined for `_include=*`. */
  readonly resourceType: string | undefined;
  /** `*`: each reference parameter of the type. */
  readonly code: string;
  readonly targetType: string | undefined;
  readonly iterate: 'once' | 'iterate';
};

export type Summary = 'true' | 'text' | 'data' | 'count' | 'false';

/** How to answer, https://hl7.org/fhir/R4/search.html#return. */
export type ResultParameters = {
  readonly count?: number;
  readonly summary?: Summary;
  readonly elements?: readonly string[];
  readonly total?: 'none' | 'estimate' | 'accurate';
  readonly sort?: readonly SortRule[];
  readonly includes?: readonly IncludeRule[];
  readonly format?: string;
  readonly pretty?: boolean;
};

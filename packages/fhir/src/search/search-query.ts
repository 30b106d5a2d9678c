import type { DateInterval } from '../datatypes/date-interval.ts';

/** https://hl7.org/fhir/R4/search.html#prefix */
export const prefixes = ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'] as const;
export type Prefix = (typeof prefixes)[number];

/**
 * One date to compare with, [start, end) in milliseconds since the epoch. For `ap` the interval is already the widened
 * one. `matchesDate` says what each prefix means.
 */
export type DateTest = DateInterval & { readonly prefix: Prefix };

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

/** Holds where one of `anyOf` does. */
export type SearchCondition =
  | { readonly kind: 'id'; readonly anyOf: readonly string[] }
  | { readonly kind: 'last-updated'; readonly anyOf: readonly DateTest[] }
  | { readonly kind: 'token'; readonly code: string; readonly anyOf: readonly TokenTest[] }
  | { readonly kind: 'reference'; readonly code: string; readonly anyOf: readonly ReferenceTest[] }
  | { readonly kind: 'date'; readonly code: string; readonly anyOf: readonly DateTest[] };

/** Which records of a type: those for which every condition holds. */
export type SearchQuery = { readonly resourceType: string; readonly conditions: readonly SearchCondition[] };

/** How to answer, https://hl7.org/fhir/R4/search.html#return. */
export type ResultParameters = {
  readonly count?: number;
  readonly summary?: 'count' | 'false';
  readonly total?: 'none' | 'estimate' | 'accurate';
  readonly format?: string;
  readonly pretty?: boolean;
};

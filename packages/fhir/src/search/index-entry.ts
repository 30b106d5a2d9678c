/**
 * What the store keeps of a version so that a search finds it. Modifiers that look at other content have codes of their own:
 * `code:text` (string), `subject:identifier` (token), `identifier:ofType` (token; its system is the type's, its value `<type code>|<value>`),
 * `contenttype:below` (token, a MIME type without its parameters), `instantiates-canonical:below` (reference-url, with each beginning of the
 * version).
 */
export type ValueEntry =
  /** `system` null: the value has none. `value` empty: an Identifier or Coding that has a system alone. */
  | { readonly kind: 'token'; readonly code: string; readonly system: string | null; readonly value: string }
  /** A resource of this server. */
  | { readonly kind: 'reference'; readonly code: string; readonly targetType: string; readonly targetId: string }
  /** A resource elsewhere, or a canonical. */
  | { readonly kind: 'reference-url'; readonly code: string; readonly url: string }
  /** Milliseconds since the epoch, `start` included, `end` not; `earliest` and `latest` where a Period is open. */
  | { readonly kind: 'date'; readonly code: string; readonly start: number; readonly end: number }
  /** As written. */
  | { readonly kind: 'string'; readonly code: string; readonly value: string }
  | { readonly kind: 'uri'; readonly code: string; readonly value: string }
  /** Decimals in plain notation, both included; null where a Range is open. */
  | { readonly kind: 'number'; readonly code: string; readonly low: string | null; readonly high: string | null }
  | {
      readonly kind: 'quantity';
      readonly code: string;
      readonly low: string | null;
      readonly high: string | null;
      readonly system: string | null;
      /** The coded unit. */
      readonly unitCode: string | null;
      /** The written unit. */
      readonly unit: string | null;
      /** In the canonical unit of UCUM, where it converts. */
      readonly canonical: { readonly unit: string; readonly low: string | null; readonly high: string | null } | null;
    };

export type IndexEntry =
  | ValueEntry
  /** One instance of a composite: the entries of each component, in the definition's order, their codes `<code>$<place>`. */
  | { readonly kind: 'composite'; readonly code: string; readonly components: readonly (readonly ValueEntry[])[] }
  /** The record has a value for the parameter. */
  | { readonly kind: 'present'; readonly code: string }
  /** What `_sort` by this code compares, in an order that plain comparison of code points gives (`sortText`). */
  | { readonly kind: 'sort'; readonly code: string; readonly lowest: string; readonly highest: string };

/** The bounds of a JavaScript date, which PostgreSQL's bigint holds. */
export const earliest = -8_640_000_000_000_000;
export const latest = 8_640_000_000_000_000;

/**
 * Counts the changes of what `extractIndex` yields, and of what stores make of it. A store keeps it beside each record and makes the index of a record anew that was
 * indexed by an older one.
 */
export const indexGeneration = 3;

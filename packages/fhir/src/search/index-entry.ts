/** What the store keeps of a version so that a search finds it. */
export type IndexEntry =
  /** `system` null: the value has none. `value` empty: an Identifier or Coding that has a system alone. */
  | { readonly kind: 'token'; readonly code: string; readonly system: string | null; readonly value: string }
  /** A resource of this server. */
  | { readonly kind: 'reference'; readonly code: string; readonly targetType: string; readonly targetId: string }
  /** A resource elsewhere. */
  | { readonly kind: 'reference-url'; readonly code: string; readonly url: string }
  /** Milliseconds since the epoch, `start` included, `end` not; `earliest` and `latest` where a Period is open. */
  | { readonly kind: 'date'; readonly code: string; readonly start: number; readonly end: number };

/** The bounds of a JavaScript date, which PostgreSQL's bigint holds. */
export const earliest = -8_640_000_000_000_000;
export const latest = 8_640_000_000_000_000;

/** The parameters that are indexed, on each type that defines them officially. `_id` and `_lastUpdated` need no index. */
export const indexedCodes: readonly string[] = ['identifier', 'patient', 'subject', 'code', 'category', 'date'];

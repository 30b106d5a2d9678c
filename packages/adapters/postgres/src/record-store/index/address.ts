import { digest } from './digest.ts';

/** Kinds of rows that share a table are told apart by their term. */
export type RowKind = 'date' | 'string' | 'uri' | 'number' | 'quantity' | 'canonical' | 'token' | 'reference' | 'url';

/**
 * Where a value's row is filed. Of a composite, under the code of its first component too: then one look-up finds "this code with a value in
 * that range". `qualifier` names that first component's system, and all but its code, for who asks for any code of a system.
 */
export type Address = {
  readonly term: Uint8Array;
  readonly qualifier: Uint8Array | null;
  readonly part: number | null;
};

/** `extra`: what else must be equal: the unit of a canonical quantity. */
export type Filing = (kind: RowKind, ...extra: readonly string[]) => Address;

export const plainFiling =
  (type: string, code: string): Filing =>
  (kind, ...extra) => ({ term: digest(kind, type, code, ...extra), qualifier: null, part: null });

export const composedTerm = (
  kind: RowKind,
  type: string,
  code: string,
  first: string,
  extra: readonly string[],
): Uint8Array => digest(`composite-${kind}`, type, code, first, ...extra);

export const firstSystem = (
  kind: RowKind,
  type: string,
  code: string,
  system: string | null,
  extra: readonly string[],
): Uint8Array => digest(`first-${kind}`, type, code, JSON.stringify(system), ...extra);

/** Of the component `code` (`<composite>$<place>`) in one instance, `part`, for one token of its first component. */
export const composedFiling =
  (
    type: string,
    code: string,
    first: { readonly system: string | null; readonly value: string },
    part: number,
  ): Filing =>
  (kind, ...extra) => ({
    term: composedTerm(kind, type, code, first.value, extra),
    qualifier: firstSystem(kind, type, code, first.system, extra),
    part,
  });

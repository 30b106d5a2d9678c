/**
 * Why a text is not JSON that the gateway takes:
 * - `syntax`: not RFC 8259
 * - `duplicate-key`: RFC 8259 §4 leaves the meaning open, so two readers could see two records
 * - `too-deep`: nested beyond the limit
 * - `lone-surrogate`: half of a UTF-16 pair, which UTF-8 cannot carry (RFC 8785 §3.2.2.2)
 * - `encoding`: the bytes are not UTF-8
 * - `not-json`: a value made by code that JSON cannot write (NaN, a function, a bigint, …)
 */
export type JsonErrorCode = 'syntax' | 'duplicate-key' | 'too-deep' | 'lone-surrogate' | 'encoding' | 'not-json';

/** Names the place, never the content: the message is safe to log and to answer with. */
export class JsonError extends Error {
  override readonly name = 'JsonError';
  readonly code: JsonErrorCode;
  /** FHIRPath of the element, `Patient.name[0].given[1]`; empty at the root of a text whose type is not known yet. */
  readonly path: string;
  /** UTF-16 code units from the start of the text; undefined where the value did not come from a text. */
  readonly offset: number | undefined;

  constructor(code: JsonErrorCode, path: string, offset?: number) {
    super(`${code}${path === '' ? '' : ` at ${path}`}${offset === undefined ? '' : ` (offset ${offset})`}`);
    this.code = code;
    this.path = path;
    this.offset = offset;
  }
}

/**
 * A member's name as it may stand in a path. A name that FHIR cannot have is left out as `?`: a client could have put
 * content there.
 */
const pathStep = (name: string): string => (/^_?[A-Za-z][A-Za-z0-9]{0,63}$/.test(name) ? name : '?');

/** The FHIRPath that leads through `keys`, from a root of this type. */
export const pathOf = (root: unknown, keys: readonly (string | number)[]): string => {
  const type = root !== null && typeof root === 'object' && 'resourceType' in root ? root.resourceType : undefined;
  let path = typeof type === 'string' && Object.hasOwn(root as object, 'resourceType') ? pathStep(type) : '';
  for (const key of keys) {
    if (typeof key === 'number') path += `[${key}]`;
    else path += path === '' ? pathStep(key) : `.${pathStep(key)}`;
  }
  return path;
};

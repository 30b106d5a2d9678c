/** https://hl7.org/fhir/R4/references.html#literal */
import { isResourceType } from '../definitions/resource-types.ts';

export type ParsedReference =
  | { readonly kind: 'relative'; readonly type: string; readonly id: string; readonly version?: string }
  /** An absolute URL that points to this very server. */
  | { readonly kind: 'local-absolute'; readonly type: string; readonly id: string; readonly version?: string }
  | { readonly kind: 'foreign'; readonly url: string }
  /** `#id` of a contained resource; `#` alone is the container itself. */
  | { readonly kind: 'fragment'; readonly id: string }
  | { readonly kind: 'urn'; readonly urn: string }
  /** `Practitioner?identifier=…`, for transactions alone (R4 http.html#trules). */
  | { readonly kind: 'conditional'; readonly type: string; readonly query: string }
  | { readonly kind: 'malformed' };

const malformed: ParsedReference = { kind: 'malformed' };
const relativePattern = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/([A-Za-z0-9\-.]{1,64}))?$/;

const parseRelative = (
  reference: string,
): { readonly type: string; readonly id: string; readonly version?: string } | undefined => {
  const [, type, id, version] = relativePattern.exec(reference) ?? [];
  if (!isResourceType(type) || id === undefined) return undefined;
  return version === undefined ? { type, id } : { type, id, version };
};

const parseAbsolute = (reference: string, baseUrl: string): ParsedReference => {
  const base = baseUrl.endsWith('/') ? baseUrl : `${baseUrl}/`;
  if (baseUrl !== '' && reference.startsWith(base)) {
    const local = parseRelative(reference.slice(base.length));
    if (local !== undefined) return { kind: 'local-absolute', ...local };
  }
  return { kind: 'foreign', url: reference };
};

/**
 * What a `Reference.reference` points to. `baseUrl` is this server's, with or without a trailing slash; `''` if there is
 * none to compare with. A URL below the base that names no resource is `foreign`: it is not one of ours.
 */
export const parseReference = (reference: string, baseUrl: string): ParsedReference => {
  if (reference === '' || /[^!-\u{10ffff}]|\s/u.test(reference)) return malformed;
  if (reference.startsWith('#')) {
    const id = reference.slice(1);
    return /^[A-Za-z0-9\-.]{0,64}$/.test(id) ? { kind: 'fragment', id } : malformed;
  }
  if (/^urn:[a-z0-9][a-z0-9-]+:./i.test(reference)) return { kind: 'urn', urn: reference };
  if (/^[a-z][a-z0-9+.-]*:./i.test(reference)) return parseAbsolute(reference, baseUrl);
  const relative = parseRelative(reference);
  if (relative !== undefined) return { kind: 'relative', ...relative };
  const question = reference.indexOf('?');
  const type = reference.slice(0, question);
  if (question > 0 && isResourceType(type) && question + 1 < reference.length)
    return { kind: 'conditional', type, query: reference.slice(question + 1) };
  return malformed;
};

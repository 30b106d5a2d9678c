import { isResourceType } from '../definitions/resource-types.ts';
import { parseReference } from '../references/parse-reference.ts';

/** Whose record it is, as far as the record says so. Only `local` can be asked for a consent. */
export type SubjectReference =
  /** A Patient of this server. */
  | { readonly kind: 'local'; readonly id: string }
  /** An absolute URL elsewhere, or a urn. */
  | { readonly kind: 'foreign'; readonly url: string }
  /** An identifier alone. */
  | { readonly kind: 'logical'; readonly system: string | null; readonly value: string | null }
  /** A Patient inside the record. */
  | { readonly kind: 'contained'; readonly id: string }
  /** It names somebody, but does not say whom in a way that can be looked up (a display alone, a broken link). */
  | { readonly kind: 'unclear' };

type JsonObject = { readonly [member: string]: unknown };

/** How to read the references of one resource. */
export type SubjectContext = {
  readonly baseUrl: string;
  /** The resource that holds the contained ones. */
  readonly container: JsonObject;
  /** What `Patient/1` means: a Patient here, below another base URL, or nothing that can be known. */
  readonly relativeTo:
    | { readonly base: 'here' }
    | { readonly base: 'elsewhere'; readonly url: string }
    | { readonly base: 'unknown' };
};

const unclear: SubjectReference = { kind: 'unclear' };

const containedSubject = (id: string, { container }: SubjectContext): SubjectReference | undefined => {
  const { contained } = container;
  const found = (Array.isArray(contained) ? (contained as JsonObject[]) : []).find((resource) => resource['id'] === id);
  if (found === undefined) return unclear;
  return found['resourceType'] === 'Patient' ? { kind: 'contained', id } : undefined;
};

const relativeSubject = (id: string, { relativeTo }: SubjectContext): SubjectReference => {
  if (relativeTo.base === 'here') return { kind: 'local', id };
  return relativeTo.base === 'elsewhere' ? { kind: 'foreign', url: `${relativeTo.url}Patient/${id}` } : unclear;
};

/** A URL that nobody resolves here: its last steps say what it is, or else the Reference's own `type`. */
const foreignSubject = (url: string, type: unknown): SubjectReference | undefined => {
  const [, named] = /\/([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[^/]+)?$/.exec(url) ?? [];
  if (type === 'Patient' || named === 'Patient') return { kind: 'foreign', url };
  return type === undefined && !isResourceType(named) ? { kind: 'foreign', url } : undefined;
};

const literalSubject = (literal: string, type: unknown, context: SubjectContext): SubjectReference | undefined => {
  const reference = parseReference(literal, context.baseUrl);
  if (reference.kind === 'malformed') return unclear;
  if (reference.kind === 'fragment') return containedSubject(reference.id, context);
  if (reference.kind === 'foreign') return foreignSubject(reference.url, type);
  if (reference.kind === 'urn') return foreignSubject(reference.urn, type);
  if (reference.type !== 'Patient') return undefined;
  if (reference.kind === 'relative') return relativeSubject(reference.id, context);
  return reference.kind === 'local-absolute' ? { kind: 'local', id: reference.id } : unclear;
};

/** The subject that a Reference names; undefined if it says of itself that it points to something other than a Patient. */
export const subjectOf = (reference: JsonObject, context: SubjectContext): SubjectReference | undefined => {
  const { reference: literal, type, identifier } = reference;
  if (typeof literal === 'string') return literalSubject(literal, type, context);
  if (typeof type === 'string' && type !== 'Patient' && !type.endsWith('/Patient')) return undefined;
  if (identifier === null || typeof identifier !== 'object') return unclear;
  const { system, value } = identifier as JsonObject;
  return {
    kind: 'logical',
    system: typeof system === 'string' ? system : null,
    value: typeof value === 'string' ? value : null,
  };
};

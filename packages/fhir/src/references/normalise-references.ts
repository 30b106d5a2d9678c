import { loadDefinitions } from '../definitions/definitions.ts';
import { isResourceType } from '../definitions/resource-types.ts';
import { parseReference } from './parse-reference.ts';
import { visitReferences } from './visit-references.ts';

type JsonObject = { readonly [member: string]: unknown };
export type Rewriting =
  | { readonly may: 'rewrite' }
  | { readonly may: 'keep'; readonly because: 'document' | 'binary' | 'signed' };

const carriesSignature = (resource: JsonObject): boolean => {
  const { types } = loadDefinitions();
  const stack: { readonly type: string; readonly value: unknown }[] = [
    { type: String(resource['resourceType']), value: resource },
  ];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (next.type === 'Signature') return true;
    if (next.value === null || typeof next.value !== 'object') continue;
    for (const [member, content] of Object.entries(next.value as JsonObject)) {
      const property = types.get(next.type)?.properties.get(member);
      if (property?.kind !== 'complex') continue;
      for (const value of Array.isArray(content) ? (content as unknown[]) : [content])
        stack.push({ type: property.type, value });
    }
  }
  return false;
};

/**
 * Whether references inside a resource may be rewritten at all. Kept as they came, to the byte:
 * - a Bundle of type `document`: it is immutable, and its references resolve inside it (R4 documents.html);
 * - Binary: its content is not ours to read;
 * - a resource that carries an R4 Signature anywhere but in its contained resources and Bundle entries (Bundle.signature,
 *   Contract.signer.signature, VerificationResult…): the signature covers it. Not so Provenance: its signature covers its
 *   targets, which `signedTargets` names.
 */
export const rewriting = (resource: object): Rewriting => {
  const { resourceType, type } = resource as JsonObject;
  if (resourceType === 'Binary') return { may: 'keep', because: 'binary' };
  if (resourceType === 'Bundle' && type === 'document') return { may: 'keep', because: 'document' };
  if (resourceType !== 'Provenance' && isResourceType(resourceType) && carriesSignature(resource as JsonObject))
    return { may: 'keep', because: 'signed' };
  return { may: 'rewrite' };
};

/**
 * The literal references to what a Provenance's signature covers (R4 provenance-definitions.html#Provenance.signature);
 * empty for an unsigned one and for other types. Whoever takes the Provenance in together with its targets keeps those.
 */
export const signedTargets = (resource: object): readonly string[] => {
  const { resourceType, signature, target } = resource as JsonObject;
  if (resourceType !== 'Provenance' || signature === undefined || !Array.isArray(target)) return [];
  return target
    .map((reference: unknown) => (reference as { readonly reference?: unknown }).reference)
    .filter((reference) => typeof reference === 'string');
};

/**
 * Makes each `Reference.reference` that is absolute and points to `baseUrl` relative, in place; uris, urls and canonicals
 * stay. Contained resources are treated like the rest. Left as they are: what `rewriting` says to keep, and resources in a
 * Bundle's entries, whose relative references resolve against their fullUrl (R4 bundle.html#references) and may so mean
 * another server's.
 */
export const normaliseReferences = (resource: object, baseUrl: string): void => {
  if (rewriting(resource).may === 'keep') return;
  visitReferences(resource, ({ kind, container, key, value }) => {
    if (kind !== 'reference') return;
    const reference = parseReference(value, baseUrl);
    if (reference.kind !== 'local-absolute') return;
    const { type, id, version } = reference;
    (container as { [member: string | number]: unknown })[key] =
      version === undefined ? `${type}/${id}` : `${type}/${id}/_history/${version}`;
  });
};

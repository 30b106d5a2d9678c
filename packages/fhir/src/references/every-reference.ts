import { parseReference } from './parse-reference.ts';
import { visitReferences } from './visit-references.ts';

export type ResourceKey = { readonly resourceType: string; readonly id: string };

/**
 * Each resource of this server that the resource points to, once, for reverse look-up: literal references, and uris and
 * urls (an Attachment's, that names a Binary), relative or absolute below `baseUrl`, also from within the entries of a
 * Bundle that is stored as such. Versions are left out.
 */
export const everyReference = (resource: object, baseUrl = ''): readonly ResourceKey[] => {
  const found = new Map<string, ResourceKey>();
  visitReferences(
    resource,
    ({ value }) => {
      const reference = parseReference(value, baseUrl);
      if (reference.kind !== 'relative' && reference.kind !== 'local-absolute') return;
      const { type, id } = reference;
      found.set(`${type}/${id}`, { resourceType: type, id });
    },
    'visit',
  );
  return [...found.values()];
};

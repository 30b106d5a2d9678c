/** Walks a resource by its R4 types, without recursion, and shows each place that can point to another resource. */
import { isObject } from '../json/is-object.ts';
import { loadDefinitions } from '../definitions/definitions.ts';
import { isResourceType } from '../definitions/resource-types.ts';

type JsonObject = { [member: string]: unknown };

/** Assign `container[key]` to rewrite it in place: that keeps the spelling of all numbers around it. */
export type ReferenceSite = {
  /**
   * `reference`: Reference.reference. `uri`: an element of type uri, url, oid or uuid, Attachment.url among them, which a
   * transaction rewrites too (R4 http.html#trules). Canonicals are neither.
   */
  readonly kind: 'reference' | 'uri';
  readonly container: JsonObject | unknown[];
  readonly key: string | number;
  readonly value: string;
};

/** `skip`: the resources in a Bundle's entries are left out, for each is a resource of its own. */
export type BundleEntries = 'visit' | 'skip';

const uriTypes: ReadonlySet<string> = new Set(['uri', 'url', 'oid', 'uuid']);

type Pending = { readonly type: string; readonly object: JsonObject };

const pendingOf = (type: string, value: unknown): Pending[] => {
  if (!isObject(value)) return [];
  if (type !== 'Resource') return [{ type, object: value }];
  const own = value['resourceType'];
  return isResourceType(own) ? [{ type: own, object: value }] : [];
};

const siteKind = (owner: string, member: string, type: string): ReferenceSite['kind'] | undefined => {
  if (owner === 'Reference' && member === 'reference') return 'reference';
  return uriTypes.has(type) ? 'uri' : undefined;
};

/** Calls `visitor` for each such place of a valid resource, contained ones included, in no particular order. */
export const visitReferences = (
  resource: object,
  visitor: (site: ReferenceSite) => void,
  entries: BundleEntries = 'skip',
): void => {
  const { types } = loadDefinitions();
  const stack = pendingOf('Resource', resource);
  for (let pending = stack.pop(); pending !== undefined; pending = stack.pop()) {
    const { type: owner, object } = pending;
    const properties = types.get(owner)?.properties;
    for (const [member, content] of Object.entries(object)) {
      if (member.startsWith('_')) {
        const shadows = Array.isArray(content) ? (content as unknown[]) : [content];
        stack.push(...shadows.flatMap((shadow) => pendingOf('Element', shadow)));
        continue;
      }
      const type = properties?.get(member)?.type;
      if (type === undefined || (entries === 'skip' && owner === 'BundleEntry' && member === 'resource')) continue;
      const kind = siteKind(owner, member, type);
      const list = Array.isArray(content) ? (content as unknown[]) : undefined;
      (list ?? [content]).forEach((value, index) => {
        if (kind === undefined) stack.push(...pendingOf(type, value));
        else if (typeof value === 'string')
          visitor(
            list === undefined
              ? { kind, container: object, key: member, value }
              : { kind, container: list, key: index, value },
          );
      });
    }
  }
};

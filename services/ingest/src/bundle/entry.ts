import { isResourceType, type SearchContext } from '@chartseal/fhir';
import { ChartsealError, type ErrorIssue } from '@chartseal/ports';
import { parseCondition, type Condition } from '../conditional-create.ts';
import { isResource, type IncomingResource } from '../intake.ts';

type Common = { readonly index: number; readonly resourceType: string; readonly fullUrl: string | undefined };

/** One entry's request, read from `Bundle.entry[index]` (R4 http.html#transaction). */
export type CreateEntry = Common & {
  readonly kind: 'create';
  readonly resource: IncomingResource;
  readonly condition: Condition | undefined;
};
export type UpdateEntry = Common & {
  readonly kind: 'update';
  readonly id: string;
  readonly resource: IncomingResource;
  readonly ifMatch: string | undefined;
};
export type DeleteEntry = Common & { readonly kind: 'delete'; readonly id: string };
export type ReadEntry = Common & { readonly kind: 'read'; readonly url: string };
export type BundleEntry = CreateEntry | UpdateEntry | DeleteEntry | ReadEntry;

type RawEntry = {
  fullUrl?: unknown;
  resource?: unknown;
  request?: { method?: unknown; url?: unknown; ifNoneExist?: unknown; ifMatch?: unknown };
};

const idPattern = /^[A-Za-z0-9\-.]{1,64}$/;

/** @throws ChartsealError naming the element of the entry that cannot be carried out. */
export const readEntry = (raw: unknown, index: number, context: SearchContext): BundleEntry => {
  const { fullUrl, resource, request } = (raw ?? {}) as RawEntry;
  const at = `Bundle.entry[${index}]`;
  if (typeof request?.method !== 'string' || typeof request.url !== 'string') {
    throw refuse({ code: 'required', expression: `${at}.request`, diagnostics: 'a method and a url are required' });
  }
  const [path = '', criteria] = request.url.split('?', 2);
  const [resourceType = '', id, ...rest] = path.split('/');
  const common: Common = { index, resourceType, fullUrl: typeof fullUrl === 'string' ? fullUrl : undefined };
  if (request.method === 'GET') return { ...common, kind: 'read', url: request.url };
  const where = `${at}.request.url`;
  if (!isResourceType(resourceType) || rest.length > 0) {
    throw refuse({
      code: 'not-supported',
      expression: where,
      diagnostics: 'must be a resource type of R4, with an id where the method needs one',
    });
  }
  if (criteria !== undefined) {
    throw refuse({
      code: 'not-supported',
      expression: where,
      diagnostics: 'conditional update and delete are not supported',
    });
  }
  if (request.method === 'DELETE') return { ...common, kind: 'delete', id: requireId(id, where) };
  if (request.method !== 'POST' && request.method !== 'PUT') {
    throw refuse({
      code: 'not-supported',
      expression: `${at}.request.method`,
      diagnostics: 'POST, PUT, DELETE and GET are supported',
    });
  }
  if (!isResource(resource) || resource.resourceType !== resourceType) {
    throw refuse({
      code: 'invalid',
      expression: `${at}.resource`,
      diagnostics: 'a resource of the type in request.url is required',
    });
  }
  if (request.method === 'PUT') {
    const ifMatch = typeof request.ifMatch === 'string' ? request.ifMatch : undefined;
    return { ...common, kind: 'update', id: requireSameId(requireId(id, where), resource, at), resource, ifMatch };
  }
  if (id !== undefined)
    throw refuse({ code: 'invalid', expression: where, diagnostics: 'a create names the type alone' });
  const { ifNoneExist } = request;
  const condition =
    typeof ifNoneExist === 'string'
      ? parseCondition(resourceType, ifNoneExist, `${at}.request.ifNoneExist`, context)
      : undefined;
  return { ...common, kind: 'create', resource, condition };
};

const requireId = (id: string | undefined, expression: string): string => {
  if (id === undefined || !idPattern.test(id))
    throw refuse({ code: 'value', expression, diagnostics: 'an id of 1 to 64 letters, digits, - and . is required' });
  return id;
};

const requireSameId = (id: string, resource: IncomingResource, at: string): string => {
  if (resource.id !== id)
    throw refuse({ code: 'invalid', expression: `${at}.resource.id`, diagnostics: 'must be the id in request.url' });
  return id;
};

const refuse = (issue: ErrorIssue): ChartsealError =>
  new ChartsealError('malformed', issue.diagnostics, { issues: [issue] });

/** R4 http.html#trules: DELETE, POST, PUT, GET. */
export const inProcessingOrder = <T extends BundleEntry>(entries: readonly T[]): readonly T[] =>
  entries.toSorted((a, b) => processingRank[a.kind] - processingRank[b.kind] || a.index - b.index);

const processingRank: Record<BundleEntry['kind'], number> = { delete: 0, create: 1, update: 2, read: 3 };

/** The SMART permission that the entry needs. */
export const scopeOf = (entry: BundleEntry): 'c' | 'r' | 'u' | 'd' =>
  ({ create: 'c', read: 'r', update: 'u', delete: 'd' } as const)[entry.kind];

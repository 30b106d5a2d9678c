import { isResourceType, type SearchContext } from '@chartseal/fhir';
import { ChartsealError, type ErrorIssue } from '@chartseal/ports';
import { parseCondition, type Condition } from '../condition.ts';
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
export type DeleteEntry = Common & {
  readonly kind: 'delete';
  readonly id: string;
  readonly ifMatch: string | undefined;
};
export type ReadEntry = Common & { readonly kind: 'read'; readonly url: string };
export type BundleEntry = CreateEntry | UpdateEntry | DeleteEntry | ReadEntry;

type RawRequest = {
  readonly method?: unknown;
  readonly url?: unknown;
  readonly ifNoneExist?: unknown;
  readonly ifMatch?: unknown;
  readonly ifNoneMatch?: unknown;
  readonly ifModifiedSince?: unknown;
};
type RawEntry = { readonly fullUrl?: unknown; readonly resource?: unknown; readonly request?: RawRequest };

const idPattern = /^[A-Za-z0-9\-.]{1,64}$/;

/** Whether it only reads: the one kind of entry that another organisation may send. Looks at nothing else. */
export const isReadOnly = (raw: unknown): boolean => ((raw ?? {}) as RawEntry).request?.method === 'GET';

/** @throws ChartsealError naming the element of the entry that cannot be carried out. */
export const readEntry = (raw: unknown, index: number, context: SearchContext): BundleEntry => {
  const { fullUrl, resource, request } = (raw ?? {}) as RawEntry;
  const at = `Bundle.entry[${index}]`;
  if (typeof request?.method !== 'string' || typeof request.url !== 'string') {
    throw refuse({ code: 'required', expression: `${at}.request`, diagnostics: 'a method and a url are required' });
  }
  const { method } = request;
  const url = relativeTo(context.baseUrl, request.url);
  const where = `${at}.request.url`;
  const { resourceType, id } = readPath(url, where);
  const common: Common = { index, resourceType, fullUrl: typeof fullUrl === 'string' ? fullUrl : undefined };
  if (method === 'GET') return { ...common, kind: 'read', url };
  if (!isResourceType(resourceType)) {
    throw refuse({ code: 'not-supported', expression: where, diagnostics: 'must be a resource type of R4' });
  }
  if (url.includes('?')) {
    const diagnostics = 'conditional update and delete are not supported';
    throw refuse({ code: 'not-supported', expression: where, diagnostics });
  }
  if (method !== 'DELETE' && method !== 'POST' && method !== 'PUT') {
    const diagnostics = 'POST, PUT, DELETE and GET are supported';
    throw refuse({ code: 'not-supported', expression: `${at}.request.method`, diagnostics });
  }
  refuseOtherConditions(request, method, at);
  const ifMatch = typeof request.ifMatch === 'string' ? request.ifMatch : undefined;
  if (method === 'DELETE') return { ...common, kind: 'delete', id: requireId(id, where), ifMatch };
  if (!isResource(resource) || resource.resourceType !== resourceType) {
    const diagnostics = 'a resource of the type in request.url is required';
    throw refuse({ code: 'invalid', expression: `${at}.resource`, diagnostics });
  }
  if (method === 'PUT')
    return { ...common, kind: 'update', id: requireSameId(requireId(id, where), resource, at), resource, ifMatch };
  if (id !== undefined)
    throw refuse({ code: 'invalid', expression: where, diagnostics: 'a create names the type alone' });
  return { ...common, kind: 'create', resource, condition: conditionOf(request, resourceType, at, context) };
};

/** R4 bundle-definitions.html#Bundle.entry.request.url is relative to the base; absolute below our own base says the same. */
const relativeTo = (baseUrl: string, url: string): string =>
  url.startsWith(`${baseUrl}/`) ? url.slice(baseUrl.length + 1) : url.replace(/^\//, '');

const readPath = (url: string, expression: string): { resourceType: string; id: string | undefined } => {
  const [path = ''] = url.split('?', 1);
  try {
    const [resourceType = '', id, ...rest] = path.split('/').map(decodeURIComponent);
    // Longer ones are reads (`_history`, `$everything`), which the query service takes apart; nothing is written there.
    return rest.length > 0 ? { resourceType, id: '' } : { resourceType, id };
  } catch (cause) {
    if (!(cause instanceof URIError)) throw cause;
    throw refuse({ code: 'value', expression, diagnostics: 'the percent-encoding cannot be read' });
  }
};

/** The conditions that each method knows. One that we passed over would let the write go where its author forbade it. */
const conditions = { POST: ['ifNoneExist'], PUT: ['ifMatch'], DELETE: ['ifMatch'] } as const;

const refuseOtherConditions = (request: RawRequest, method: keyof typeof conditions, at: string): void => {
  const known: readonly string[] = conditions[method];
  for (const name of ['ifNoneExist', 'ifMatch', 'ifNoneMatch', 'ifModifiedSince'] as const) {
    if (request[name] === undefined || (known.includes(name) && typeof request[name] === 'string')) continue;
    const diagnostics = `${method} takes of all conditions only a ${known.join()}, as a string`;
    throw refuse({ code: 'not-supported', expression: `${at}.request.${name}`, diagnostics });
  }
};

const conditionOf = (
  { ifNoneExist }: RawRequest,
  resourceType: string,
  at: string,
  context: SearchContext,
): Condition | undefined =>
  typeof ifNoneExist === 'string'
    ? parseCondition(resourceType, ifNoneExist, `${at}.request.ifNoneExist`, context)
    : undefined;

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

/** Where the entry's resource stands, for issues. */
export const placeOf = ({ index }: BundleEntry): string => `Bundle.entry[${index}].resource`;

import { isResourceType, type SearchContext } from '@chartseal/fhir';
import { ChartsealError, type ErrorIssue } from '@chartseal/ports';
import { parseCondition, type Condition } from '../condition.ts';
import { isResource, type Incoming, type IncomingResource } from '../intake.ts';
import { readPatchResource, type Patch } from '../patch.ts';
import type { Preconditions } from '../preconditions.ts';
import { isHeld } from './read-bundle.ts';

type Common = { readonly index: number; readonly resourceType: string; readonly fullUrl: string | undefined };

/** `read-anew`: of a large Bundle; each time that `resource` is asked for it is another object. */
type Content = { readonly resource: IncomingResource; readonly content: 'at-hand' | 'read-anew' };

/** The record that the URL names, or the one that its condition finds. */
export type EntryTarget =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'condition'; readonly condition: Condition };

/** One entry's request, read from `Bundle.entry[index]` (R4 http.html#transaction). */
export type CreateEntry = Common &
  Content & {
    readonly kind: 'create';
    readonly condition: Condition | undefined;
  };
export type UpdateEntry = Common &
  Content &
  Preconditions & {
    readonly kind: 'update';
    readonly target: EntryTarget;
    /** The resource's own, which stands where a condition finds nothing. */
    readonly given: string | undefined;
  };
export type PatchEntry = Common &
  Preconditions & { readonly kind: 'patch'; readonly target: EntryTarget; readonly patch: Patch };
export type DeleteEntry = Common & Preconditions & { readonly kind: 'delete'; readonly target: EntryTarget };
export type ReadEntry = Common & { readonly kind: 'read'; readonly method: 'GET' | 'HEAD'; readonly url: string };
export type WriteEntry = CreateEntry | UpdateEntry | PatchEntry | DeleteEntry;
export type BundleEntry = WriteEntry | ReadEntry;

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
export const isReadOnly = (raw: unknown): boolean => {
  const { request } = (raw ?? {}) as RawEntry;
  return request?.method === 'GET' || request?.method === 'HEAD';
};

/**
 * `numbers`: of the whole Bundle.
 * @throws ChartsealError naming the element of the entry that cannot be carried out
 */
export const readEntry = (
  raw: unknown,
  index: number,
  context: SearchContext,
  numbers: Incoming['numbers'],
): BundleEntry => {
  const source = (raw ?? {}) as RawEntry;
  const { fullUrl, request } = source;
  const at = `Bundle.entry[${index}]`;
  if (typeof request?.method !== 'string' || typeof request.url !== 'string') {
    throw refuse({ code: 'required', expression: `${at}.request`, diagnostics: 'a method and a url are required' });
  }
  const { method } = request;
  const url = relativeTo(context.baseUrl, request.url);
  const where = `${at}.request.url`;
  const { resourceType, id } = readPath(url, where);
  const common: Common = { index, resourceType, fullUrl: typeof fullUrl === 'string' ? fullUrl : undefined };
  if (method === 'GET' || method === 'HEAD') return { ...common, kind: 'read', method, url };
  if (!isResourceType(resourceType)) {
    throw refuse({ code: 'not-supported', expression: where, diagnostics: 'must be a resource type of R4' });
  }
  if (method !== 'DELETE' && method !== 'POST' && method !== 'PUT' && method !== 'PATCH') {
    const diagnostics = 'POST, PUT, PATCH, DELETE, GET and HEAD are supported';
    throw refuse({ code: 'not-supported', expression: `${at}.request.method`, diagnostics });
  }
  refuseOtherConditions(request, method, at);
  if (method === 'POST') {
    if (id !== undefined || url.includes('?'))
      throw refuse({ code: 'invalid', expression: where, diagnostics: 'a create names the type alone' });
    const condition = readCondition(request, resourceType, at, context);
    requireOfType(source.resource, resourceType, at);
    return withContent({ ...common, kind: 'create', condition }, source);
  }
  const target = targetOf(url, resourceType, id, where, context);
  const preconditions = preconditionsOf(request);
  if (method === 'DELETE') return { ...common, ...preconditions, kind: 'delete', target };
  if (method === 'PATCH') {
    const patch = readPatchResource(source.resource, numbers, `${at}.resource`);
    return { ...common, ...preconditions, kind: 'patch', target, patch };
  }
  const updated = requireOfType(source.resource, resourceType, at);
  const given = givenId(updated, target, at);
  return withContent({ ...common, ...preconditions, kind: 'update', target, given }, source);
};

/** `source` holds a resource: that was looked at. */
const withContent = <T extends object>(entry: T, source: RawEntry): T & Content => {
  if (!isHeld(source)) return { ...entry, resource: contentOf(source), content: 'at-hand' };
  return {
    ...entry,
    get resource() {
      return contentOf(source);
    },
    content: 'read-anew',
  };
};

const contentOf = ({ resource }: RawEntry): IncomingResource => {
  if (isResource(resource)) return resource;
  throw new ChartsealError('internal', 'an entry lost its resource');
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

const targetOf = (
  url: string,
  resourceType: string,
  id: string | undefined,
  expression: string,
  context: SearchContext,
): EntryTarget => {
  const query = url.indexOf('?');
  if (id === undefined && query !== -1)
    return { kind: 'condition', condition: parseCondition(resourceType, url.slice(query + 1), expression, context) };
  if (query !== -1)
    throw refuse({ code: 'invalid', expression, diagnostics: 'what names a record by its id takes no condition' });
  return { kind: 'id', id: requireId(id, expression) };
};

const preconditionsOf = ({ ifMatch, ifNoneMatch }: RawRequest): Preconditions => ({
  ifMatch: typeof ifMatch === 'string' ? ifMatch : undefined,
  ifNoneMatch: typeof ifNoneMatch === 'string' ? ifNoneMatch : undefined,
});

/** The conditions that each method knows. One that we passed over would let the write go where its author forbade it. */
const conditions = {
  POST: ['ifNoneExist'],
  PUT: ['ifMatch', 'ifNoneMatch'],
  PATCH: ['ifMatch'],
  DELETE: ['ifMatch'],
} as const;

const refuseOtherConditions = (request: RawRequest, method: keyof typeof conditions, at: string): void => {
  const known: readonly string[] = conditions[method];
  for (const name of ['ifNoneExist', 'ifMatch', 'ifNoneMatch', 'ifModifiedSince'] as const) {
    if (request[name] === undefined || (known.includes(name) && typeof request[name] === 'string')) continue;
    const diagnostics = `${method} takes of all conditions only ${known.join(' and ')}, as a string`;
    throw refuse({ code: 'not-supported', expression: `${at}.request.${name}`, diagnostics });
  }
};

const readCondition = (
  { ifNoneExist }: RawRequest,
  resourceType: string,
  at: string,
  context: SearchContext,
): Condition | undefined =>
  typeof ifNoneExist === 'string'
    ? parseCondition(resourceType, ifNoneExist, `${at}.request.ifNoneExist`, context)
    : undefined;

const requireOfType = (resource: unknown, resourceType: string, at: string): IncomingResource => {
  if (isResource(resource) && resource.resourceType === resourceType) return resource;
  const diagnostics = 'a resource of the type in request.url is required';
  throw refuse({ code: 'invalid', expression: `${at}.resource`, diagnostics });
};

const requireId = (id: unknown, expression: string): string => {
  if (typeof id !== 'string' || !idPattern.test(id))
    throw refuse({ code: 'value', expression, diagnostics: 'an id of 1 to 64 letters, digits, - and . is required' });
  return id;
};

const givenId = ({ id }: IncomingResource, target: EntryTarget, at: string): string | undefined => {
  const expression = `${at}.resource.id`;
  if (target.kind === 'id' && id !== target.id)
    throw refuse({ code: 'invalid', expression, diagnostics: 'must be the id in request.url' });
  return id === undefined ? undefined : requireId(id, expression);
};

const refuse = (issue: ErrorIssue): ChartsealError =>
  new ChartsealError('malformed', issue.diagnostics, { issues: [issue] });

/** R4 http.html#trules: DELETE, POST, PUT and PATCH, GET and HEAD. */
export const inProcessingOrder = <T extends BundleEntry>(entries: readonly T[]): readonly T[] =>
  entries.toSorted((a, b) => processingRank[a.kind] - processingRank[b.kind] || a.index - b.index);

const processingRank: Record<BundleEntry['kind'], number> = { delete: 0, create: 1, update: 2, patch: 2, read: 3 };

/** The SMART permission that the entry needs. */
export const scopeOf = (entry: BundleEntry): 'c' | 'r' | 'u' | 'd' =>
  ({ create: 'c', read: 'r', update: 'u', patch: 'u', delete: 'd' } as const)[entry.kind];

/** Where the entry's resource stands, for issues. */
export const placeOf = ({ index }: BundleEntry): string => `Bundle.entry[${index}].resource`;

/** On which its record depends. */
export const conditionOf = (entry: WriteEntry): Condition | undefined => {
  if (entry.kind === 'create') return entry.condition;
  return entry.target.kind === 'condition' ? entry.target.condition : undefined;
};

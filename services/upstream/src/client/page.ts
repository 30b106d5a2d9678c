/** https://hl7.org/fhir/R4/bundle.html: search results and histories. */
import { type JsonValue, type NumberSpelling, JsonError, parseJson } from '@chartseal/fhir';
import { linkWithin } from './next-link.ts';
import { UpstreamError } from './upstream-error.ts';

type JsonObject = { [member: string]: JsonValue };
/** As it came, its numbers as they were spelled. Nothing of it is trusted yet. */
export type UpstreamResource = { resourceType: string; id?: unknown; [element: string]: unknown };
/** Without `numbers` as JSON.parse has it, because stricter reading failed: a member twice, half a character. To be told apart, not to be stored. */
export type Received = { readonly resource: UpstreamResource; readonly numbers: NumberSpelling | undefined };

export type Page = {
  /** What the search matched; not what it says about itself. */
  readonly resources: readonly UpstreamResource[];
  /** Ids of deletions that a history tells. */
  readonly deletions: readonly string[];
  /** Of all of them; undefined if one of them, nobody knows which, cannot be read strictly. */
  readonly numbers: NumberSpelling | undefined;
  /** Absolute, and within the upstream. */
  readonly next: string | undefined;
};

const isObject = (value: JsonValue | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const objectsIn = (value: JsonValue | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isObject) : [];

const isResource = (value: unknown): value is UpstreamResource =>
  typeof value === 'object' && value !== null && 'resourceType' in value && typeof value.resourceType === 'string';

/** @param parsed the same, by JSON.parse. @throws UpstreamError `protocol` */
export const readReceived = (text: string, parsed: unknown): Received => {
  try {
    const { value, numbers } = parseJson(text);
    if (isResource(value)) return { resource: value, numbers };
  } catch (cause) {
    if (!(cause instanceof JsonError)) throw cause;
    if (isResource(parsed)) return { resource: parsed, numbers: undefined };
  }
  throw new UpstreamError('protocol', 'the upstream answered with what is no FHIR resource');
};

const isMatch = ({ search, resource }: JsonObject, resourceType: string): boolean =>
  isObject(resource) &&
  resource['resourceType'] === resourceType &&
  (!isObject(search) || search['mode'] === undefined || search['mode'] === 'match');

/** `request.url` is `Patient/1` or ends with that (R4 http.html#history). */
const deletedId = ({ request }: JsonObject, resourceType: string): string | undefined => {
  if (!isObject(request) || request['method'] !== 'DELETE' || typeof request['url'] !== 'string') return undefined;
  const [, type, id] = /(?:^|\/)([A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[^/]*)?$/.exec(request['url']) ?? [];
  return type === resourceType ? id : undefined;
};

/** What a Bundle holds. @throws UpstreamError `protocol`, `foreign-link` */
export const readPage = (received: Received, resourceType: string, baseUrl: string): Page => {
  const { resource: bundle, numbers } = received;
  if (bundle.resourceType !== 'Bundle') throw new UpstreamError('protocol', 'the upstream answered without a Bundle');
  const members = bundle as JsonObject;
  const entries = objectsIn(members['entry']);
  const next = objectsIn(members['link']).find(({ relation }) => relation === 'next')?.['url'];
  return {
    resources: entries
      .filter((entry) => isMatch(entry, resourceType))
      .map(({ resource }) => resource as UpstreamResource),
    deletions: entries.flatMap((entry) => deletedId(entry, resourceType) ?? []),
    numbers,
    next: typeof next === 'string' ? linkWithin(baseUrl, next) : undefined,
  };
};

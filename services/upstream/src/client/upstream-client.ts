import type { Clock, Metrics } from '@chartseal/server';
import { Client, type FhirResource, type RequestOptions, type SearchParams } from 'fhir-kit-client';
import type { Dispatcher } from 'undici';
import { asUpstreamError } from './as-upstream-error.ts';
import type { Tokens } from './authorization.ts';
import { type Capabilities, readCapabilities } from './capabilities.ts';
import { linkWithin } from './next-link.ts';
import { pace, type Sleep } from './pace.ts';
import { type Page, readPage, readReceived, type Received } from './page.ts';
import { retrying } from './retrying.ts';
import { isUpstreamError, UpstreamError } from './upstream-error.ts';
import { keepingBytes } from './verbatim.ts';

export type UpstreamClientOptions = {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly requestsPerSecond: number;
  readonly tokens: Tokens;
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly sleep: Sleep;
  readonly random: () => number;
  readonly metrics: Pick<Metrics, 'count'>;
};

/** `askedAtMs`: the upstream's time when it was asked. What was changed after that may not be in the page. */
export type DatedPage = Page & { readonly askedAtMs: number };

/** Every request keeps the pace, is asked again while that may help, and rejects with UpstreamError. */
export interface UpstreamClient {
  readonly baseUrl: string;
  capabilities(signal: AbortSignal): Promise<Capabilities>;
  search(resourceType: string, parameters: SearchParams, signal: AbortSignal): Promise<DatedPage>;
  /** History of the type, the newest first. */
  history(resourceType: string, parameters: Readonly<Record<string, string>>, signal: AbortSignal): Promise<DatedPage>;
  /** `next` of a page before. */
  follow(resourceType: string, next: string, signal: AbortSignal): Promise<DatedPage>;
  /** Undefined for what is deleted or was never there. */
  read(resourceType: string, id: string, signal: AbortSignal): Promise<Received | undefined>;
}

type Ask = (client: Client, options: RequestOptions) => Promise<FhirResource> | undefined;
type Answer = { readonly resource: FhirResource; readonly text: string; readonly askedAtMs: number };

const timeoutMs = 120_000;

/** RFC 9110 §6.6.1; it is rounded down to the second. */
const upstreamTime = (answer: FhirResource, tookMs: number, clock: Clock): number => {
  const date = Date.parse(Client.httpFor(answer).response?.headers.get('date') ?? '');
  return (Number.isNaN(date) ? clock.wallMs() : date) - tookMs;
};

/** RFC 8259 §8.1 */
const utf8 = (received: readonly Uint8Array[]): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(received));
  } catch (cause) {
    throw new UpstreamError('protocol', 'the upstream answered with what is not UTF-8', { cause });
  }
};

const once = async (
  client: Client,
  ask: Ask,
  { dispatcher, clock }: UpstreamClientOptions,
  signal: AbortSignal,
): Promise<Answer> => {
  const received: Uint8Array[] = [];
  const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
  // The client hands what it does not know to fetch. Bytes that were compressed would not be the text.
  const options = {
    dispatcher: keepingBytes(dispatcher, received),
    signal: limited,
    headers: { 'accept-encoding': 'identity' },
  } as unknown as RequestOptions;
  const startedMs = clock.monotonicMs();
  const resource = await ask(client, options);
  const tookMs = clock.monotonicMs() - startedMs;
  if (resource === undefined) throw new UpstreamError('protocol', 'there is no next page');
  const encoding = Client.httpFor(resource).response?.headers.get('content-encoding') ?? 'identity';
  if (encoding !== 'identity') throw new UpstreamError('protocol', 'the upstream compresses, though asked not to');
  return { resource, text: utf8(received), askedAtMs: upstreamTime(resource, tookMs, clock) };
};

/** Once, or twice where the token was not taken: it may have ended early. */
const authorised = async (once: () => Promise<Answer>, tokens: Tokens): Promise<Answer> => {
  try {
    return await once();
  } catch (error) {
    if (!isUpstreamError(error, 'denied')) throw error;
    tokens.forget();
    return once();
  }
};

/** The hospital's own FHIR server, through fhir-kit-client. */
export const upstreamClient = (options: UpstreamClientOptions): UpstreamClient => {
  const { baseUrl, tokens, clock, metrics } = options;
  // It is awaited, as the library's README shows; the type of its configuration says void.
  const sign: (url: string, init: RequestInit) => unknown = async (_url, { headers }) => {
    const token = await tokens.current();
    if (token !== undefined && headers instanceof Headers) headers.set('authorization', `Bearer ${token}`);
  };
  // A redirect is a link, too.
  const client = new Client({ baseUrl, requestSigner: sign, requestOptions: { redirect: 'error' } });
  const turn = pace(options.requestsPerSecond, options);

  const ask = async (request: Ask, signal: AbortSignal): Promise<Answer> => {
    const attempt = async (): Promise<Answer> => {
      await turn(signal);
      try {
        const answer = await once(client, request, options, signal);
        metrics.count('chartseal_upstream_requests_total', { outcome: 'answered' });
        return answer;
      } catch (error) {
        signal.throwIfAborted();
        const known = asUpstreamError(error, clock.wallMs());
        const outcome = known.code === 'throttled' || known.code === 'gone' ? known.code : 'failed';
        metrics.count('chartseal_upstream_requests_total', { outcome });
        throw known;
      }
    };
    return retrying(() => authorised(attempt, tokens), options, signal);
  };
  const page = async (resourceType: string, request: Ask, signal: AbortSignal): Promise<DatedPage> => {
    const { text, resource, askedAtMs } = await ask(request, signal);
    return { ...readPage(readReceived(text, resource), resourceType, baseUrl), askedAtMs };
  };

  return {
    baseUrl,
    capabilities: async (signal) =>
      readCapabilities((await ask((fhir, more) => fhir.capabilityStatement(more), signal)).resource),
    search: (resourceType, searchParams, signal) =>
      page(resourceType, (fhir, more) => fhir.resourceSearch({ resourceType, searchParams, options: more }), signal),
    history: (resourceType, parameters, signal) => {
      const query = new URLSearchParams(parameters).toString();
      return page(
        resourceType,
        (fhir, more) => fhir.request(`${resourceType}/_history?${query}`, { options: more }),
        signal,
      );
    },
    follow: (resourceType, next, signal) => {
      const bundle = { resourceType: 'Bundle', link: [{ relation: 'next', url: linkWithin(baseUrl, next) }] };
      return page(resourceType, (fhir, more) => fhir.nextPage({ bundle, options: more }), signal);
    },
    read: async (resourceType, id, signal) => {
      try {
        const request: Ask = (fhir, more) => fhir.read({ resourceType, id, options: more });
        const { text, resource } = await ask(request, signal);
        return readReceived(text, resource);
      } catch (error) {
        if (isUpstreamError(error, 'gone')) return undefined;
        throw error;
      }
    },
  };
};

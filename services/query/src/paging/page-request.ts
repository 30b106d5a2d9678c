import { parseSearchQuery, type ParsedSearch, type ResultParameters, type SearchQuery } from '@chartseal/fhir';
import { ChartsealError, type SearchCursor } from '@chartseal/ports';
import type { Clock, Principal } from '@chartseal/server';
import type { Parameters } from './parameters.ts';
import type { PageTokens } from './page-token.ts';

/** `Prefer: handling=` (https://hl7.org/fhir/R4/search.html#errors). */
export type Handling = 'strict' | 'lenient';

/** What is asked for, and which page of it. */
export type PageRequest = {
  /** As the requester wrote it on this request. */
  readonly words: Parameters;
  /** As it was asked for on the first page. */
  readonly asked: Parameters;
  readonly query: SearchQuery;
  readonly count: number;
  readonly after: SearchCursor | undefined;
  /** `alone`: `_summary=count`, the number and no entries. */
  readonly total: 'with' | 'without' | 'alone';
};

/** Entries on a page; R4 lets a server give fewer than `_count` asks for. */
const defaultCount = 50;
const maximumCount = 1000;

export type PageContext = {
  readonly principal: Principal;
  /** Names the request that a page link may continue, with its type and id. */
  readonly interaction: string;
  readonly resourceType: string;
  readonly tokens: PageTokens;
  readonly fhirBaseUrl: string;
  readonly clock: Clock;
};

/**
 * Reads the words of a request that answers in pages. Looks nothing up.
 * @throws ChartsealError `malformed`, and `forbidden` where another organisation asks for a number (C4)
 */
export const parsePageRequest = async (
  context: PageContext,
  words: Parameters,
  handling: Handling,
): Promise<PageRequest> => {
  const token = words.find(([name]) => name === '_page')?.[1];
  if (token === undefined) return pageOf(context, { words, asked: words, after: undefined }, handling);
  if (
    words.some(([name]) => !['_page', '_format', '_pretty'].includes(name)) ||
    words.filter(([name]) => name === '_page').length > 1
  ) {
    throw wrong('_page', 'a page link has no other parameters beside it');
  }
  const { parameters, after } = await context.tokens.open(context.principal.clientId, context.interaction, token);
  // What is not known was let pass when the first page was asked for.
  return pageOf(context, { words, asked: parameters, after }, 'lenient');
};

const pageOf = (
  context: PageContext,
  page: Pick<PageRequest, 'words' | 'asked' | 'after'>,
  handling: Handling,
): PageRequest => {
  const { resourceType, fhirBaseUrl, clock, principal } = context;
  const parsed = parseSearchQuery(resourceType, page.asked, { baseUrl: fhirBaseUrl, now: clock.wallMs() });
  const { query, result } = accepted(parsed, handling);
  if (principal.kind === 'other') refuseCounting(result);
  const count = Math.min(result.count ?? defaultCount, maximumCount);
  const alone = result.summary === 'count' || result.count === 0;
  return { ...page, query, count, total: alone ? 'alone' : result.total === 'none' ? 'without' : 'with' };
};

const accepted = (parsed: ParsedSearch, handling: Handling): Extract<ParsedSearch, { outcome: 'parsed' }> => {
  const issues = parsed.outcome === 'refused' ? parsed.issues : handling === 'strict' ? parsed.unknown : [];
  if (parsed.outcome === 'parsed' && issues.length === 0) return parsed;
  throw new ChartsealError('malformed', 'the search cannot be read', {
    issues: issues.map(({ code, diagnostics }) => ({ code, diagnostics: diagnostics ?? 'cannot be read' })),
  });
};

/** How many there are tells of what is hidden. */
const refuseCounting = (result: ResultParameters): void => {
  if (result.count === 0 || result.summary === 'count' || result.total === 'accurate') {
    throw new ChartsealError('forbidden', 'another organisation is not told how many there are');
  }
};

const wrong = (expression: string, diagnostics: string): ChartsealError =>
  new ChartsealError('malformed', 'a parameter cannot be read', {
    issues: [{ code: 'value', expression, diagnostics }],
  });

/** For what answers in pages but takes no criteria. @throws ChartsealError `malformed` */
export const requireNoCriteria = (page: PageRequest): void => {
  if (page.query.conditions.length > 0 || page.total === 'alone') {
    throw new ChartsealError('malformed', 'no parameter but _count and _total=none is supported here', {
      issues: [{ code: 'not-supported', diagnostics: 'no parameter but _count and _total=none is supported here' }],
    });
  }
};

/** https://hl7.org/fhir/R4/search.html. GET and POST `_search` are the same request. */
import type { Principal } from '@chartseal/server';
import { queryEvents } from '../audit/access-event.ts';
import type { Decisions } from '../decide/decisions.ts';
import type { QueryDependencies } from '../dependencies.ts';
import { pageLinks, withQuery } from '../paging/links.ts';
import type { Parameters } from '../paging/parameters.ts';
import { parsePageRequest, type Handling, type PageContext, type PageRequest } from '../paging/page-request.ts';
import { createPageTokens } from '../paging/page-token.ts';
import { permittedPage, type PermittedPage } from '../paging/permitted-page.ts';
import { searchsetAnswer } from '../release/bundle.ts';
import type { Run } from './outcome.ts';
import { isHopeless } from './hopeless-query.ts';
import { resolveHandles } from './patient-handle.ts';

export type SearchRequest = {
  readonly resourceType: string;
  readonly parameters: Parameters;
  readonly handling: Handling;
};

/** @throws ChartsealError `malformed` for what cannot be read, `forbidden` where another organisation asks for a number. */
export const searchType = async (
  deps: QueryDependencies,
  principal: Principal,
  request: SearchRequest,
): Promise<Run> => {
  const { resourceType } = request;
  const tokens = createPageTokens(deps.vault, deps.clock);
  const context: PageContext = { ...deps, principal, interaction: resourceType, resourceType, tokens };
  const page = await parsePageRequest(context, request.parameters, request.handling);
  return async (decisions) => {
    const { entries, filtered, next, total } = await search(deps, decisions, page);
    const links = await pageLinks(context, page, next);
    const matches = entries.map(({ released }) => released);
    const disclosed = entries.map(({ decision }) => decision);
    return {
      kind: 'answer',
      answer: searchsetAnswer(deps.fhirBaseUrl, { matches, included: [], links, total }),
      trail: queryEvents('search-type', withQuery(resourceType, page.asked), disclosed, filtered),
    };
  };
};

type Found = PermittedPage & { readonly total: number | undefined };

const search = async (
  { records, patients }: QueryDependencies,
  decisions: Decisions,
  page: PageRequest,
): Promise<Found> => {
  const query = await resolveHandles(page.query, patients);
  const counted = decisions.principal.kind === 'own' && page.total !== 'without';
  const total = counted ? await records.count(query) : undefined;
  if (page.total === 'alone') return { entries: [], filtered: 0, next: undefined, total };
  // The audit tells how many were held back; looking at each would take the longer, the more there are.
  if (await isHopeless(decisions, query))
    return { entries: [], filtered: await records.count(query), next: undefined, total };
  const candidates = async (after: PageRequest['after'], limit: number) =>
    records.search(query, after === undefined ? { limit } : { after, limit });
  return { ...(await permittedPage(decisions, candidates, page)), total };
};

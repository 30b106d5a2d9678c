/** https://hl7.org/fhir/R4/http.html#history. Each version is decided; those withheld are left out, uncounted. */
import type { RecordKey, SearchCursor, SearchPage } from '@chartseal/ports';
import type { Principal } from '@chartseal/server';
import { queryEvents } from '../audit/access-event.ts';
import type { QueryDependencies } from '../dependencies.ts';
import { pageLinks } from '../paging/links.ts';
import type { Parameters } from '../paging/parameters.ts';
import { parsePageRequest, requireNoCriteria, type PageContext } from '../paging/page-request.ts';
import { createPageTokens } from '../paging/page-token.ts';
import { permittedPage } from '../paging/permitted-page.ts';
import { historyAnswer } from '../release/bundle.ts';
import { nothingOf } from './named-record.ts';
import { missing, type Run } from './outcome.ts';

export const historyInstance = async (
  deps: QueryDependencies,
  principal: Principal,
  key: RecordKey,
  parameters: Parameters,
): Promise<Run> => {
  const interaction = `${key.resourceType}/${key.id}/_history`;
  const tokens = createPageTokens(deps.vault, deps.clock);
  const context: PageContext = { ...deps, principal, interaction, resourceType: key.resourceType, tokens };
  const page = await parsePageRequest(context, parameters, 'strict');
  requireNoCriteria(page);
  return async (decisions) => {
    const newest = await deps.records.read(key);
    if (newest === undefined) return missing('history-instance', key);
    const found = await permittedPage(decisions, async (after, limit) => versionsBelow(deps, key, after, limit), page);
    if (found.entries.length === 0) return nothingOf(decisions, 'history-instance', key, newest);
    const links = await pageLinks(context, page, found.next);
    const released = found.entries.map((entry) => entry.released);
    const disclosed = found.entries.map(({ decision }) => decision);
    const total = principal.kind === 'own' && page.total === 'with' ? newest.versionId : undefined;
    return {
      kind: 'answer',
      answer: historyAnswer(deps.fhirBaseUrl, released, links, total),
      trail: queryEvents('history-instance', interaction, disclosed, found.filtered),
    };
  };
};

/** A record's history goes down, so its cursor is the version to go on below. */
const versionsBelow = async (
  { records }: QueryDependencies,
  key: RecordKey,
  below: SearchCursor | undefined,
  limit: number,
): Promise<SearchPage> => {
  const versions = await records.history(key, below === undefined ? { limit } : { limit, before: below.after });
  return { versions: versions.map((version) => Object.assign({ cursor: { after: version.versionId } }, version)) };
};

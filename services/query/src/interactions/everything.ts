/** https://hl7.org/fhir/R4/operation-patient-everything.html */
import type { SearchCursor, SearchPage } from '@chartseal/ports';
import type { Principal } from '@chartseal/server';
import { queryEvents } from '../audit/access-event.ts';
import type { QueryDependencies } from '../dependencies.ts';
import { pageLinks } from '../paging/links.ts';
import type { Parameters } from '../paging/parameters.ts';
import { parsePageRequest, requireNoCriteria, type PageContext } from '../paging/page-request.ts';
import { createPageTokens } from '../paging/page-token.ts';
import { permittedPage } from '../paging/permitted-page.ts';
import { searchsetAnswer } from '../release/bundle.ts';
import { nothingOf } from './named-record.ts';
import { missing, type Run } from './outcome.ts';

/**
 * The Patient, its compartment, and on each page what that page's resources reference beside it. The gateway's own audit
 * entries are left out: each page would add one more. They are found by `AuditEvent?patient=`.
 */
export const everything = async (
  deps: QueryDependencies,
  principal: Principal,
  patientId: string,
  parameters: Parameters,
): Promise<Run> => {
  const interaction = `Patient/${patientId}/$everything`;
  const key = { resourceType: 'Patient', id: patientId };
  const tokens = createPageTokens(deps.vault, deps.clock);
  const context: PageContext = { ...deps, principal, interaction, resourceType: 'Patient', tokens };
  const page = await parsePageRequest(context, parameters, 'strict');
  requireNoCriteria(page);
  return async (decisions) => {
    const patient = await deps.records.read(key);
    if (patient === undefined) return missing('operation', key);
    if ((await decisions.prospects(patientId)) === 'none') return nothingOf(decisions, 'operation', key, patient);
    const found = await permittedPage(
      decisions,
      async (after, limit) => compartmentPage(deps, patientId, after, limit),
      page,
    );
    if (found.entries.length === 0) return nothingOf(decisions, 'operation', key, patient);
    const matches = found.entries.map(({ released }) => released);
    const beside = (await decisions.included(matches)).filter((examined) => examined.effect === 'permit');
    const included = beside.map(({ released }) => released);
    const links = await pageLinks(context, page, found.next);
    const disclosed = [...found.entries, ...beside].map(({ decision }) => decision);
    return {
      kind: 'answer',
      answer: searchsetAnswer(deps.fhirBaseUrl, { matches, included, links, total: undefined }),
      trail: queryEvents('operation', interaction, disclosed, found.filtered),
    };
  };
};

/** Filters after the store has paged, so a page may be short: then the next candidates are taken with it. */
const compartmentPage = async (
  { records }: QueryDependencies,
  patientId: string,
  after: SearchCursor | undefined,
  limit: number,
): Promise<SearchPage> => {
  const kept: SearchPage['versions'][number][] = [];
  let at = after;
  for (;;) {
    const { versions } = await records.compartment(patientId, at === undefined ? { limit } : { after: at, limit });
    kept.push(...versions.filter(({ log, state }) => log === 'records' && state === 'content'));
    at = versions.at(-1)?.cursor;
    if (versions.length < limit || kept.length >= limit) return { versions: kept };
  }
};

/** https://hl7.org/fhir/R4/operation-patient-everything.html */
import { ChartsealError, type SearchCursor, type StoredVersion } from '@chartseal/ports';
import type { Principal } from '@chartseal/server';
import { queryEvents } from '../audit/access-event.ts';
import type { Decisions } from '../decide/decisions.ts';
import type { QueryDependencies } from '../dependencies.ts';
import { closedWords, type ClosedWords } from '../paging/closed-words.ts';
import { filteredCandidates } from '../paging/filtered-candidates.ts';
import { pageLinks } from '../paging/links.ts';
import { pageSize, pageWords, type Handling, type PageContext } from '../paging/page.ts';
import { createPageTokens } from '../paging/page-token.ts';
import type { Parameters } from '../paging/parameters.ts';
import { permittedPage, type Candidates, type PermittedPage } from '../paging/permitted-page.ts';
import { searchsetAnswer } from '../release/bundle.ts';
import { presentAll } from '../release/present.ts';
import { nothingOf, refusalOf } from './named-record.ts';
import { missing, type Outcome, type Run } from './outcome.ts';
import { refuseCounting } from './refuse-counting.ts';
import { contentLeftOut, toldOf } from './told-of-answer.ts';
import { everyCompartment } from './search/compartments.ts';

const offered = ['_count', '_since', '_type', '_total'] as const;

/** Written at or after `_since`, and of a type of `_type`. */
const asked =
  ({ _since: since, _type: types }: ClosedWords) =>
  ({ lastUpdated, resourceType, log, state }: StoredVersion): boolean =>
    log === 'records' &&
    state === 'content' &&
    (since === undefined || Date.parse(lastUpdated) >= since) &&
    (types === undefined || types.includes(resourceType));

/**
 * The Patient, its compartment, and on each page what that page's resources reference beside it. The gateway's own audit
 * entries are left out: each page would add one more. They are found by `AuditEvent?patient=`. Without an id: of every Patient, for
 * the own organisation.
 */
export const everything = async (
  deps: QueryDependencies,
  principal: Principal,
  patientId: string | undefined,
  parameters: Parameters,
  handling: Handling,
): Promise<Run> => {
  const interaction = patientId === undefined ? 'Patient/$everything' : `Patient/${patientId}/$everything`;
  const context: PageContext = { ...deps, principal, interaction, tokens: createPageTokens(deps.vault, deps.clock) };
  const page = await pageWords<SearchCursor>(context, parameters, handling);
  const { words } = closedWords(page.asked, offered, handling);
  refuseCounting(principal, { count: words._count, total: words._total });
  requireNoNumber(words);
  const from: Candidates<SearchCursor> = async (after, limit) => {
    const options = after === undefined ? { limit } : { after, limit };
    return patientId === undefined
      ? deps.records.search(everyCompartment(), options)
      : deps.records.compartment(patientId, options);
  };
  const candidates = filteredCandidates(from, asked(words));
  const answer = async (decisions: Decisions, found: PermittedPage<SearchCursor>): Promise<Outcome> => {
    const matches = found.entries.map(({ released }) => released);
    const beside = (await decisions.included(matches)).filter((examined) => examined.effect === 'permit');
    const kept = beside.filter(({ released }) => words._type?.includes(released.version.resourceType) !== false);
    const links = await pageLinks(context, page, found.next);
    const shown = await presentAll(deps.records, matches, undefined);
    const included = kept.map(({ released }) => released);
    const disclosed = [...found.entries, ...kept].map(({ decision }) => decision);
    const outcome = toldOf(contentLeftOut(shown.withoutContent));
    return {
      kind: 'answer',
      answer: searchsetAnswer(deps.fhirBaseUrl, { matches: shown.shown, included, links, total: undefined, outcome }),
      trail: queryEvents('operation', interaction, disclosed, found.filtered),
    };
  };
  const size = { count: pageSize(words._count), after: page.after };
  if (patientId === undefined) {
    return async (decisions) => answer(decisions, await permittedPage(decisions, candidates, size));
  }
  return async (decisions) => {
    const key = { resourceType: 'Patient', id: patientId };
    const patient = await deps.records.read(key);
    if (patient === undefined) return missing('operation', key);
    if ((await decisions.prospects(patientId)) === 'none') return nothingOf(decisions, 'operation', key, patient);
    const found = await permittedPage(decisions, candidates, size);
    if (found.entries.length > 0) return answer(decisions, found);
    if (patient.state === 'deleted') return nothingOf(decisions, 'operation', key, patient);
    // Of a Patient who may be seen, nothing of what was asked for is an empty answer.
    return (await refusalOf(decisions, 'operation', key, patient)) ?? answer(decisions, found);
  };
};

/** How many there are is another question. @throws ChartsealError `malformed` */
const requireNoNumber = ({ _count }: ClosedWords): void => {
  if (_count !== 0) return;
  const diagnostics = '$everything is not counted';
  throw new ChartsealError('malformed', diagnostics, { issues: [{ code: 'not-supported', diagnostics }] });
};

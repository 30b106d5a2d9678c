/** https://hl7.org/fhir/R4/operation-patient-everything.html */
import { builtInValueSets, factsOf } from '@chartseal/consent';
import { parseJson } from '@chartseal/fhir';
import { ChartsealError, type SearchCursor, type StoredVersion } from '@chartseal/ports';
import type { Principal } from '@chartseal/server';
import { queryEvents } from '../audit/access-event.ts';
import type { Decisions } from '../decide/decisions.ts';
import type { QueryDependencies } from '../dependencies.ts';
import { closedWords, type ClosedWords } from '../paging/closed-words.ts';
import { filteredCandidates } from '../paging/filtered-candidates.ts';
import { pageLinks } from '../paging/links.ts';
import { pageSize, pageWords, type Handling, type PageContext, type PageWords } from '../paging/page.ts';
import { createPageTokens } from '../paging/page-token.ts';
import type { Parameters } from '../paging/parameters.ts';
import { permittedPage, type Candidates, type PermittedPage } from '../paging/permitted-page.ts';
import { searchsetAnswer } from '../release/bundle.ts';
import { isResource } from '../json-object.ts';
import { presentAll } from '../release/present.ts';
import { nothingOf, refusalOf } from './named-record.ts';
import { missing, type Outcome, type Run } from './outcome.ts';
import { refuseCounting } from './refuse-counting.ts';
import { everyCompartment } from './search/compartments.ts';
import { contentLeftOut, toldOf } from './told-of-answer.ts';

const offered = ['_count', '_since', '_type', '_total', 'start', 'end'] as const;

type Asked = {
  readonly deps: QueryDependencies;
  readonly context: PageContext;
  readonly page: PageWords<SearchCursor>;
  readonly words: ClosedWords;
};

const readWords = async (
  deps: QueryDependencies,
  principal: Principal,
  interaction: string,
  parameters: Parameters,
  handling: Handling,
): Promise<Asked> => {
  const context: PageContext = { ...deps, principal, interaction, tokens: createPageTokens(deps.vault, deps.clock) };
  const page = await pageWords<SearchCursor>(context, parameters, handling);
  const words = closedWords(page.asked, offered, page.handling);
  refuseCounting(principal, words);
  if (words.count === 0) {
    const diagnostics = '$everything is not counted';
    throw new ChartsealError('malformed', diagnostics, { issues: [{ code: 'not-supported', diagnostics }] });
  }
  return { deps, context, page, words };
};

const isOfType = ({ type: types }: ClosedWords, { resourceType }: StoredVersion): boolean =>
  types === undefined || types.includes(resourceType);

/** Written at or after `_since`, of a type of `_type`, of care between `start` and `end`. */
const isAsked = (words: ClosedWords, version: StoredVersion): boolean =>
  version.log === 'records' &&
  version.state === 'content' &&
  (words.since === undefined || Date.parse(version.lastUpdated) >= words.since) &&
  isOfType(words, version) &&
  isOfTime(words, version);

/** `start` and `end` bound the time of care. What has none, like the Patient, is there whenever it was. */
const isOfTime = ({ start, end }: ClosedWords, { content }: StoredVersion): boolean => {
  if (start === undefined && end === undefined) return true;
  const { value } = parseJson(content);
  if (!isResource(value)) return false;
  const care = factsOf(value, { labels: { kind: 'unlabelled' }, valueSets: builtInValueSets }).clinicalInterval;
  if (care === undefined) return true;
  return (start === undefined || care.end > start.start) && (end === undefined || care.start < end.end);
};

const find = async (
  { page, words }: Asked,
  decisions: Decisions,
  from: Candidates<SearchCursor>,
): Promise<PermittedPage<SearchCursor>> =>
  permittedPage(
    decisions,
    filteredCandidates(from, (version) => isAsked(words, version)),
    { count: pageSize(words.count), after: page.after },
  );

/** What was found, and what that references beside it. */
const answer = async (
  { deps, context, page, words }: Asked,
  decisions: Decisions,
  found: PermittedPage<SearchCursor>,
): Promise<Outcome> => {
  const matches = found.entries.map(({ released }) => released);
  const beside = (await decisions.included(matches)).filter((examined) => examined.effect === 'permit');
  const kept = beside.filter(({ released }) => isOfType(words, released.version));
  const links = await pageLinks(context, page, found.next);
  const { shown, withoutContent } = await presentAll(deps.records, matches, undefined);
  const included = kept.map(({ released }) => released);
  const disclosed = [...found.entries, ...kept].map(({ decision }) => decision);
  const outcome = toldOf(contentLeftOut(withoutContent));
  return {
    kind: 'answer',
    answer: searchsetAnswer(deps.fhirBaseUrl, { matches: shown, included, links, total: undefined, outcome }),
    trail: queryEvents('operation', context.interaction, disclosed, found.filtered),
  };
};

/**
 * The Patient, its compartment, and on each page what that page's resources reference beside it. The gateway's own audit
 * entries are left out: each page would add one more. They are found by `AuditEvent?patient=`.
 */
export const everything = async (
  deps: QueryDependencies,
  principal: Principal,
  patientId: string,
  parameters: Parameters,
  handling: Handling,
): Promise<Run> => {
  const asked = await readWords(deps, principal, `Patient/${patientId}/$everything`, parameters, handling);
  const key = { resourceType: 'Patient', id: patientId };
  return async (decisions) => {
    const patient = await deps.records.read(key);
    if (patient === undefined) return missing('operation', key);
    if ((await decisions.prospects(patientId)) === 'none') return nothingOf(decisions, 'operation', key, patient);
    const found = await find(asked, decisions, async (after, limit) =>
      deps.records.compartment(patientId, after === undefined ? { limit } : { after, limit }),
    );
    if (found.entries.length > 0) return answer(asked, decisions, found);
    if (patient.state === 'deleted') return nothingOf(decisions, 'operation', key, patient);
    // Of a Patient who may be seen, nothing of what was asked for is an empty answer.
    return (await refusalOf(decisions, 'operation', key, patient)) ?? answer(asked, decisions, found);
  };
};

/** Of every Patient. @throws ChartsealError `forbidden` to another organisation */
export const everythingOfAll = async (
  deps: QueryDependencies,
  principal: Principal,
  parameters: Parameters,
  handling: Handling,
): Promise<Run> => {
  if (principal.kind === 'other') {
    throw new ChartsealError('forbidden', 'everything of every patient is for the own organisation alone');
  }
  const asked = await readWords(deps, principal, 'Patient/$everything', parameters, handling);
  const candidates: Candidates<SearchCursor> = async (after, limit) =>
    deps.records.search(everyCompartment(), after === undefined ? { limit } : { after, limit });
  return async (decisions) => answer(asked, decisions, await find(asked, decisions, candidates));
};

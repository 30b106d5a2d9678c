/** https://hl7.org/fhir/R4/search.html. GET and POST `_search` are the same request. */
import type { IncludeRule, Subset } from '@chartseal/fhir';
import { ChartsealError, type SearchCursor } from '@chartseal/ports';
import type { Principal } from '@chartseal/server';
import { queryEvents, type RestfulInteraction } from '../../audit/access-event.ts';
import { amongCandidates } from '../../decide/candidate-patients.ts';
import type { Decisions } from '../../decide/decisions.ts';
import type { QueryDependencies } from '../../dependencies.ts';
import { pageLinks, withQuery } from '../../paging/links.ts';
import { pageSize, pageWords, type Handling, type PageContext, type PageWords } from '../../paging/page.ts';
import { createPageTokens } from '../../paging/page-token.ts';
import type { Parameters } from '../../paging/parameters.ts';
import { permittedPage, showing, type PermittedPage } from '../../paging/permitted-page.ts';
import { searchsetAnswer } from '../../release/bundle.ts';
import type { Permit } from '../../release/decision.ts';
import { presentAll, subsetOf } from '../../release/present.ts';
import type { Outcome, Run } from '../outcome.ts';
import { refuseCounting } from '../refuse-counting.ts';
import { contentLeftOut, ignoredWords, includesCut, madeComeFirst, toldOf } from '../told-of-answer.ts';
import { isNaming } from '../../provenance/named-versions.ts';
import { countMade, withMade, type SearchPlace } from '../../provenance/search-provenance.ts';
import { targetVersions, type NamesVersion } from '../../provenance/versioned-targets.ts';
import { hopefulQueries } from './hopeless-query.ts';
import { includedWith, type Included } from './included.ts';
import { resolveHandles } from './patient-handle.ts';
import { pathOf, type SearchScope } from './search-scope.ts';
import { searchWords, type SearchWords } from './search-words.ts';
import { visibleMatches } from './visible-matches.ts';

export type SearchRequest = {
  readonly scope: SearchScope;
  readonly parameters: Parameters;
  readonly handling: Handling;
};

type Asked = {
  readonly deps: QueryDependencies;
  readonly context: PageContext;
  readonly page: PageWords<SearchPlace>;
  readonly words: SearchWords;
  /** Of a search of Provenance that names versions of its targets. */
  readonly namesVersion: NamesVersion | undefined;
  /** Whether those are asked for that the gateway makes of anchored versions. */
  readonly provenances: 'made-too' | 'stored';
  readonly subset: Subset | undefined;
  readonly interaction: RestfulInteraction;
};

/** @throws ChartsealError `malformed` for what cannot be read, `forbidden` for what the token alone does not allow. */
export const search = async (deps: QueryDependencies, principal: Principal, request: SearchRequest): Promise<Run> => {
  const { scope, parameters, handling } = request;
  const interaction = pathOf(scope);
  const context: PageContext = { ...deps, principal, interaction, tokens: createPageTokens(deps.vault, deps.clock) };
  const page = await pageWords<SearchPlace>(context, parameters, handling);
  const reading = { baseUrl: deps.fhirBaseUrl, now: deps.clock.wallMs() };
  const versions = targetVersions(scope, page.asked, deps.fhirBaseUrl);
  const words = versions.restored(searchWords(principal, scope, versions.without, page.handling, reading));
  refuseCounting(principal, words.result);
  refuseTextWithIncludes(words);
  const isSystem = scope.level === 'system' || (scope.level === 'compartment' && scope.resourceType === '*');
  const subset = subsetOf(words.result);
  const told = isSystem ? 'search-system' : 'search-type';
  const { namesVersion } = versions;
  if (namesVersion !== undefined && (words.result.summary === 'count' || words.result.count === 0)) throw notCounted();
  const provenances = isNaming(words.queries) ? 'made-too' : 'stored';
  const asked: Asked = { deps, context, page, words, namesVersion, provenances, subset, interaction: told };
  return async (decisions) => answer(asked, await find(asked, decisions));
};

/** R4 search.html#summary. */
const refuseTextWithIncludes = ({ result: { summary, includes = [] } }: SearchWords): void => {
  if (summary !== 'text' || includes.length === 0) return;
  const diagnostics = '_summary=text does not go with _include or _revinclude';
  throw new ChartsealError('malformed', diagnostics, { issues: [{ code: 'invalid', diagnostics }] });
};

/** No index knows which versions are referenced. */
const notCounted = (): ChartsealError => {
  const diagnostics = 'what names versions of its targets is not counted';
  return new ChartsealError('malformed', diagnostics, { issues: [{ code: 'not-supported', diagnostics }] });
};

type Found = {
  readonly matches: PermittedPage<SearchPlace>;
  readonly included: Included;
  readonly total: number | undefined;
};

const none: Included = { entries: [], shown: 'all' };

const find = async ({ deps, page, words, namesVersion }: Asked, decisions: Decisions): Promise<Found> => {
  const { records, patients } = deps;
  const { sort, includes = [], ...result } = words.result;
  const queries = await Promise.all(words.queries.map(async (query) => resolveHandles(query, patients)));
  const provenances = { deps, decisions, queries, namesVersion };
  const count = async (): Promise<number> =>
    queries.length === 0 ? 0 : (await records.count(queries)) + (await countMade(provenances));
  const isCounted = decisions.principal.kind === 'own' && result.total !== 'none' && namesVersion === undefined;
  const total = isCounted ? await count() : undefined;
  const nothing = { included: none, total };
  if (result.summary === 'count' || result.count === 0) {
    return { ...nothing, matches: { entries: [], filtered: 0, next: undefined } };
  }
  const hopeful = await hopefulQueries(decisions, queries);
  // To count what is held back would take the longer, the more there is: the audit tells of what was decided.
  if (hopeful.length === 0) return { ...nothing, matches: { entries: [], filtered: 0, next: undefined } };
  const among = amongCandidates(await decisions.candidates());
  const stored = async (after: SearchCursor | undefined, limit: number) =>
    records.search(hopeful, {
      ...among,
      limit,
      ...(after === undefined ? {} : { after }),
      ...(sort === undefined ? {} : { sort }),
    });
  const size = { count: pageSize(result.count), after: page.after };
  const shows = showing(visibleMatches(deps, decisions, hopeful));
  const whole = withMade({ ...provenances, queries: hopeful }, { candidates: stored, shows });
  const matches = await permittedPage(decisions, whole.candidates, size, whole.shows);
  return { matches, included: await followed(deps, decisions, matches, includes), total };
};

const followed = async (
  deps: QueryDependencies,
  decisions: Decisions,
  { entries }: PermittedPage<SearchPlace>,
  rules: readonly IncludeRule[],
): Promise<Included> => (rules.length === 0 ? none : includedWith(deps, decisions, entries, rules));

/** A version that is shown beside its Provenance is disclosed once. */
const eachOnce = (permits: readonly Permit[]): readonly Permit[] => [
  ...new Map(
    permits.map((permit) => [`${permit.key.resourceType}/${permit.key.id}/${permit.versionId}`, permit]),
  ).values(),
];

const answer = async (
  { deps, context, page, words, provenances, subset, interaction }: Asked,
  { matches, included, total }: Found,
): Promise<Outcome> => {
  const { ignored, heeded } = words;
  const released = matches.entries.map((entry) => entry.released);
  const shown = await presentAll(deps.records, released, subset);
  const beside = await presentAll(
    deps.records,
    included.entries.map((entry) => entry.released),
    // R4 search.html#elements: "The list of elements does not apply to included resources".
    subset?.keep === 'elements' ? undefined : subset,
  );
  const self = page.after === undefined ? heeded : page.words;
  const links = await pageLinks(context, { words: self, asked: heeded }, matches.next);
  const outcome = toldOf([
    ...ignoredWords(ignored),
    ...includesCut(included.shown),
    ...madeComeFirst(provenances === 'made-too' && words.result.sort !== undefined),
    ...contentLeftOut(shown.withoutContent + beside.withoutContent),
  ]);
  const disclosed = eachOnce([...matches.entries, ...included.entries].map(({ decision }) => decision));
  return {
    kind: 'answer',
    answer: searchsetAnswer(deps.fhirBaseUrl, {
      matches: shown.shown,
      included: beside.shown,
      links,
      total,
      outcome,
    }),
    trail: queryEvents(interaction, withQuery(context.interaction, heeded), disclosed, matches.filtered),
  };
};

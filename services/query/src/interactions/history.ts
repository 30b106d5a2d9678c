/** https://hl7.org/fhir/R4/http.html#history, of one resource, a type or the system. Each version is decided; those withheld are left out, uncounted. */
import type { HistoryCursor, RecordKey, SearchCursor, StoredVersion } from '@chartseal/ports';
import { ChartsealError } from '@chartseal/ports';
import { permits, type Principal } from '@chartseal/server';
import { queryEvents, type RestfulInteraction } from '../audit/access-event.ts';
import { amongCandidates } from '../decide/candidate-patients.ts';
import type { Decisions } from '../decide/decisions.ts';
import type { QueryDependencies } from '../dependencies.ts';
import { closedWords, type ClosedWords } from '../paging/closed-words.ts';
import { filteredCandidates } from '../paging/filtered-candidates.ts';
import { pageLinks, withQuery } from '../paging/links.ts';
import { pageSize, pageWords, type Handling, type PageContext, type PageWords } from '../paging/page.ts';
import { createPageTokens, type Cursor } from '../paging/page-token.ts';
import type { Parameters } from '../paging/parameters.ts';
import { permittedPage, type Candidates } from '../paging/permitted-page.ts';
import { historyAnswer } from '../release/bundle.ts';
import { presentAll } from '../release/present.ts';
import { refusalOf } from './named-record.ts';
import { missing, type Outcome, type Run } from './outcome.ts';
import { refuseCounting } from './refuse-counting.ts';
import { versionsOf } from './record-history.ts';

export type HistoryRequest = { readonly parameters: Parameters; readonly handling: Handling };

type Asked<Place extends Cursor> = {
  readonly context: PageContext;
  readonly page: PageWords<Place>;
  readonly words: ClosedWords;
};

const readWords = async <Place extends Cursor>(
  deps: QueryDependencies,
  principal: Principal,
  interaction: string,
  { parameters, handling }: HistoryRequest,
): Promise<Asked<Place>> => {
  const context: PageContext = { ...deps, principal, interaction, tokens: createPageTokens(deps.vault, deps.clock) };
  const page = await pageWords<Place>(context, parameters, handling);
  const words = closedWords(page.asked, ['_count', '_since', '_at', '_total', '_summary'], page.handling);
  refuseCounting(principal, words);
  if (words.count === 0 || (words.summary !== undefined && words.summary !== 'false')) {
    const diagnostics = 'a history is told version by version: neither counted nor summarised';
    throw new ChartsealError('malformed', diagnostics, { issues: [{ code: 'not-supported', diagnostics }] });
  }
  return { context, page, words };
};

type Told = {
  readonly interaction: RestfulInteraction;
  readonly total: number | undefined;
  /** What to say where nothing is shown, if not an empty history. */
  readonly ifNothing: () => Promise<Outcome | undefined>;
};

const tell = async <Place extends Cursor>(
  deps: QueryDependencies,
  decisions: Decisions,
  { context, page, words }: Asked<Place>,
  candidates: Candidates<Place>,
  { interaction, total, ifNothing }: Told,
): Promise<Outcome> => {
  const found = await permittedPage(decisions, candidates, { count: pageSize(words.count), after: page.after });
  const nothing = found.entries.length === 0 ? await ifNothing() : undefined;
  if (nothing !== undefined) return nothing;
  const links = await pageLinks(context, page, found.next);
  const { shown } = await presentAll(
    deps.records,
    found.entries.map(({ released }) => released),
    undefined,
  );
  const disclosed = found.entries.map(({ decision }) => decision);
  return {
    kind: 'answer',
    answer: historyAnswer(deps.fhirBaseUrl, shown, links, total),
    trail: queryEvents(interaction, withQuery(context.interaction, page.asked), disclosed, found.filtered),
  };
};

export const historyInstance = async (
  deps: QueryDependencies,
  principal: Principal,
  key: RecordKey,
  request: HistoryRequest,
): Promise<Run> => {
  const path = `${key.resourceType}/${key.id}/_history`;
  const asked = await readWords<SearchCursor>(deps, principal, path, request);
  const { since, at } = asked.words;
  return async (decisions) => {
    const newest = await deps.records.read(key);
    if (newest === undefined) return missing('history-instance', key);
    const whole = since === undefined && at === undefined;
    return tell(deps, decisions, asked, versionsOf(deps.records, key, { since, at }), {
      interaction: 'history-instance',
      total: principal.kind === 'own' && asked.words.total !== 'none' && whole ? newest.versionId : undefined,
      // Of what may be seen, an empty interval is no reason to say that it is not there.
      ifNothing: async () => refusalOf(decisions, 'history-instance', key, newest),
    });
  };
};

/** What the token lets be seen of a history that tells of every type. The audit trail has a history of its own. */
const isInScope =
  (principal: Principal) =>
  ({ resourceType, log }: StoredVersion): boolean =>
    log === 'records' && permits(principal.scopes, resourceType, 'r');

/** Of a type, or of the system where none is named. */
export const historyOf = async (
  deps: QueryDependencies,
  principal: Principal,
  resourceType: string | undefined,
  request: HistoryRequest,
): Promise<Run> => {
  const path = resourceType === undefined ? '_history' : `${resourceType}/_history`;
  const asked = await readWords<HistoryCursor>(deps, principal, path, request);
  const { since, at } = asked.words;
  const scope = resourceType === undefined ? {} : { resourceType };
  const stored =
    (among: ReturnType<typeof amongCandidates>): Candidates<HistoryCursor> =>
    async (after, limit) =>
      deps.records.historyOf(scope, {
        ...among,
        limit,
        ...(after === undefined ? {} : { after }),
        ...(since === undefined ? {} : { since }),
        ...(at === undefined ? {} : { at }),
      });
  const interaction = resourceType === undefined ? 'history-system' : 'history-type';
  return async (decisions) => {
    const about = stored(amongCandidates(await decisions.candidates()));
    const candidates = resourceType === undefined ? filteredCandidates(about, isInScope(principal)) : about;
    return tell(deps, decisions, asked, candidates, {
      interaction,
      total: undefined,
      ifNothing: async () => undefined,
    });
  };
};

/** https://hl7.org/fhir/R4/observation-operation-lastn.html */
import { parseJson, type JsonValue, type SearchCondition, type Subset } from '@chartseal/fhir';
import { ChartsealError, type SearchCursor } from '@chartseal/ports';
import type { Principal } from '@chartseal/server';
import { queryEvents } from '../audit/access-event.ts';
import { amongCandidates } from '../decide/candidate-patients.ts';
import type { Decisions } from '../decide/decisions.ts';
import type { QueryDependencies } from '../dependencies.ts';
import { closedWords } from '../paging/closed-words.ts';
import { withQuery } from '../paging/links.ts';
import type { Handling } from '../paging/page.ts';
import type { Parameters } from '../paging/parameters.ts';
import { permittedPage, showing, type Candidates, type PermittedEntry } from '../paging/permitted-page.ts';
import { searchsetAnswer } from '../release/bundle.ts';
import { presentAll, subsetOf } from '../release/present.ts';
import { refuseCounting } from './refuse-counting.ts';
import { hopefulQueries } from './search/hopeless-query.ts';
import { resolveHandles } from './search/patient-handle.ts';
import { searchWords, type SearchWords } from './search/search-words.ts';
import { visibleMatches } from './search/visible-matches.ts';
import { ignoredWords, toldOf } from './told-of-answer.ts';
import type { Run } from './outcome.ts';
import { isJsonObject } from '../json-object.ts';

const path = 'Observation/$lastn';
const atOnce = 500;
/** Observations shown, and looked through for them, by one answer. */
const shownAtMost = 1000;
const lookedThrough = 20_000;

const wrong = (code: 'required' | 'too-costly' | 'not-supported', diagnostics: string): ChartsealError =>
  new ChartsealError('malformed', diagnostics, { issues: [{ code, diagnostics }] });

/** R4: "SHALL include a subject" and "a category, or a search parameter that contains a code element". */
const requireCriteria = (conditions: readonly SearchCondition[]): void => {
  const codes = conditions.flatMap((condition) => ('code' in condition ? [condition.code] : []));
  if (!codes.some((code) => code === 'patient' || code === 'subject'))
    throw wrong('required', '$lastn needs patient or subject');
  if (!codes.some((code) => code === 'category' || /(^|-)code($|-|:)/.test(code)))
    throw wrong('required', '$lastn needs category or a parameter on the code');
};

type Asked = SearchWords & { readonly max: Parameters; readonly perCode: number; readonly subset: Subset | undefined };

/** Looks nothing up. @throws ChartsealError `malformed`, `forbidden` */
const readWords = (
  deps: QueryDependencies,
  principal: Principal,
  parameters: Parameters,
  handling: Handling,
): Asked => {
  const isMax = ([name]: Parameters[number]): boolean => name === 'max';
  const max = parameters.filter(isMax);
  const reading = { baseUrl: deps.fhirBaseUrl, now: deps.clock.wallMs() };
  const criteria = parameters.filter((parameter) => !isMax(parameter));
  const scope = { level: 'type', resourceType: 'Observation' } as const;
  const words = searchWords(principal, scope, criteria, handling, reading);
  refuseCounting(principal, words.result);
  const { sort, includes, count, total, summary } = words.result;
  if (sort !== undefined || includes !== undefined || count === 0 || total === 'accurate' || summary === 'count')
    throw wrong('not-supported', '$lastn is ordered by its definition, and neither counted nor extended');
  for (const { conditions } of words.queries) requireCriteria(conditions);
  return { ...words, max, perCode: closedWords(max, ['max'], 'strict').max ?? 1, subset: subsetOf(words.result) };
};

type Found = { readonly entries: readonly PermittedEntry[]; readonly filtered: number };

const find = async (deps: QueryDependencies, decisions: Decisions, asked: Asked): Promise<Found> => {
  const resolved = await Promise.all(asked.queries.map(async (query) => resolveHandles(query, deps.patients)));
  const hopeful = await hopefulQueries(decisions, resolved);
  if (hopeful.length === 0) return { entries: [], filtered: 0 };
  const among = amongCandidates(await decisions.candidates());
  const admits = visibleMatches(deps, decisions, hopeful);
  const candidates: Candidates<SearchCursor> = async (after, limit) =>
    deps.records.search(hopeful, {
      ...among,
      limit,
      sort: [{ code: 'date', direction: 'descending' }],
      ...(after === undefined ? {} : { after }),
    });
  const groups = new Groups(asked.perCode);
  let [filtered, looked] = [0, 0];
  let after: SearchCursor | undefined;
  do {
    const page = await permittedPage(decisions, candidates, { count: atOnce, after }, showing(admits));
    for (const entry of page.entries) groups.add(entry);
    filtered += page.filtered;
    looked += page.entries.length;
    after = page.next;
    if (looked > lookedThrough || groups.size > shownAtMost)
      throw wrong('too-costly', 'too many Observations: say more of what is searched');
  } while (after !== undefined);
  return { entries: groups.entries(), filtered };
};

export const lastn = (
  deps: QueryDependencies,
  principal: Principal,
  parameters: Parameters,
  handling: Handling,
): Run => {
  const asked = readWords(deps, principal, parameters, handling);
  const words = [...asked.max, ...asked.heeded];
  return async (decisions) => {
    const { entries, filtered } = await find(deps, decisions, asked);
    const released = entries.map((entry) => entry.released);
    const { shown } = await presentAll(deps.records, released, asked.subset);
    const self = { relation: 'self', url: withQuery(`${deps.fhirBaseUrl}/${path}`, words) } as const;
    const total = principal.kind === 'own' ? shown.length : undefined;
    const outcome = toldOf(ignoredWords(asked.ignored));
    const disclosed = entries.map(({ decision }) => decision);
    return {
      kind: 'answer',
      answer: searchsetAnswer(deps.fhirBaseUrl, { matches: shown, included: [], links: [self], total, outcome }),
      trail: queryEvents('operation', withQuery(path, words), disclosed, filtered),
    };
  };
};

/** Observations by code, in the order in which they come: two are of one code if they share a coding, or, without any, the text. */
class Groups {
  readonly #max: number;
  readonly #byName = new Map<string, PermittedEntry[]>();
  readonly #groups: PermittedEntry[][] = [];

  constructor(max: number) {
    this.#max = max;
  }

  get size(): number {
    return this.#groups.reduce((sum, group) => sum + group.length, 0);
  }

  add(entry: PermittedEntry): void {
    const names = namesOfCode(parseJson(entry.released.text).value);
    const known = names.map((name) => this.#byName.get(name)).find((group) => group !== undefined);
    const group = known ?? [];
    if (known === undefined) this.#groups.push(group);
    for (const name of names) if (!this.#byName.has(name)) this.#byName.set(name, group);
    if (group.length < this.#max) group.push(entry);
  }

  entries(): readonly PermittedEntry[] {
    return this.#groups.flat();
  }
}

const namesOfCode = (observation: JsonValue): readonly string[] => {
  const code = isJsonObject(observation) && isJsonObject(observation.code) ? observation.code : {};
  const codings = Array.isArray(code.coding) ? code.coding.filter(isJsonObject) : [];
  const names = codings.map(({ system, code: value }) => JSON.stringify([system ?? null, value ?? null]));
  return names.length > 0 ? names : [JSON.stringify(code.text ?? null)];
};

/** What a requester would be shown of one person's records for a purpose, and which rule decides: by the engine, the facts and the labels of a disclosure. */
import type { DecisionRequest } from '@chartseal/consent';
import { ChartsealError, type StoredVersion } from '@chartseal/ports';
import { claimablePurposes, type Principal } from '@chartseal/server';
import { createConsentView } from '../consent-view/consent-view.ts';
import { otherDecisions } from '../decide/other-decisions.ts';
import type { Requester } from '../decide/requester.ts';
import type { QueryDependencies } from '../dependencies.ts';
import type { Decision } from '../release/decision.ts';
import type { ExplainWords } from './explain-words.ts';
import { readDraft, supposedView } from './supposed-view.ts';

export type Explanation = {
  /** Milliseconds since the epoch. */
  readonly decidedAt: number;
  readonly height: number;
  /** Of this page, in the order of the records. */
  readonly decisions: readonly Decision[];
  readonly next: string | undefined;
};

/** More of the access log may lie between two records: after so many look-ups an answer has what it has. */
const lookUps = 10;

/**
 * @param united one person: the Patients whose records are decided on
 * @throws ChartsealError `invalid` for a draft that A1 would refuse and for a requester or a purpose that the directory does not know, each with its
 * element; `malformed` for a page that cannot be read
 */
export const explanation = async (
  deps: QueryDependencies,
  united: ReadonlySet<string>,
  words: ExplainWords,
): Promise<Explanation> => {
  const request = requestOf(deps, words);
  const inForce = createConsentView(deps);
  const { height } = deps.ledgerView;
  const view =
    words.consent === undefined
      ? inForce
      : supposedView(inForce, height, await readDraft(deps, united, words.consent), {
          of: united,
          beside: words.beside,
        });
  const decisions = otherDecisions(deps, view, { principal: supposedPrincipal(request), request } satisfies Requester);
  const { versions, next } = await recordsOf(deps, [...united].sort(), words);
  const examined = await decisions.examine(versions);
  return { decidedAt: request.decisionTime, height, decisions: examined.map(({ decision }) => decision), next };
};

/** Nobody has asked: it reaches no token, no audit and no answer. */
const supposedPrincipal = ({ organization, purpose }: DecisionRequest): Principal => ({
  kind: 'other',
  clientId: '',
  organization,
  purpose,
  scopes: [],
  tokenId: '',
});

const requestOf = (
  { ledgerView, organization: custodian, clock }: QueryDependencies,
  { requester, purpose }: ExplainWords,
): DecisionRequest => {
  const entry = ledgerView.organization(requester);
  if (entry?.status !== 'active')
    throw refused('requester', 'no active organisation of the directory: nothing is ever disclosed to it');
  if (!claimablePurposes(entry).includes(purpose))
    throw refused('purpose', 'the directory does not let this organisation claim it: nothing is disclosed for it');
  return {
    organization: requester,
    parents: ledgerView.parentsOf(requester),
    custodian,
    purpose,
    decisionTime: clock.wallMs(),
    implicitPolicy: ledgerView.policy().implicit,
  };
};

const refused = (name: string, diagnostics: string): ChartsealError =>
  new ChartsealError('invalid', 'there is nothing to explain', {
    issues: [{ code: 'business-rule', expression: `Parameters.parameter.where(name='${name}')`, diagnostics }],
  });

const isRecord = ({ log, state }: StoredVersion): boolean => log === 'records' && state === 'content';

type Found = { readonly versions: readonly StoredVersion[]; readonly next: string | undefined };

/** The Patients' compartments, one after the other. A page is named by the place of the Patient among them, and in its compartment. */
const recordsOf = async (
  { records }: QueryDependencies,
  united: readonly string[],
  { count, page }: Pick<ExplainWords, 'count' | 'page'>,
): Promise<Found> => {
  let { at, after } = placeOf(page);
  const found = new Map<string, StoredVersion>();
  for (let looked = 0; looked < lookUps && found.size < count; looked += 1) {
    const patient = united[at];
    if (patient === undefined) return { versions: [...found.values()], next: undefined };
    const limit = count - found.size;
    const { versions } = await records.compartment(
      patient,
      after === undefined ? { limit } : { limit, after: { after } },
    );
    for (const version of versions.filter(isRecord)) found.set(`${version.resourceType}/${version.id}`, version);
    after = versions.at(-1)?.cursor.after;
    if (versions.length < limit) [at, after] = [at + 1, undefined];
  }
  return { versions: [...found.values()], next: at < united.length ? `${at}.${after ?? ''}` : undefined };
};

const placeOf = (page: string | undefined): { at: number; after: number | undefined } => {
  if (page === undefined) return { at: 0, after: undefined };
  const [, at, after] = /^(\d{1,4})\.(\d{0,15})$/.exec(page) ?? [];
  if (at !== undefined) return { at: Number(at), after: after === '' ? undefined : Number(after) };
  const issues = [{ code: 'value', expression: 'page', diagnostics: 'must be the next of an answer' }] as const;
  throw new ChartsealError('malformed', 'a parameter cannot be read', { issues });
};

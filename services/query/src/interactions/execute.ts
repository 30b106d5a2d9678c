import { compartmentTypes, isResourceType } from '@chartseal/fhir';
import { ChartsealError, type RecordKey } from '@chartseal/ports';
import { requireScope, type Permission, type Principal } from '@chartseal/server';
import type { NamedRecord, RestfulInteraction } from '../audit/access-event.ts';
import { requireNamedPatient } from '../break-glass/names-its-patient.ts';
import type { Gatekeeper } from '../decide/gatekeeper.ts';
import type { QueryDependencies } from '../dependencies.ts';
import { decisionReceipt } from '../decision-receipt/decision-receipt.ts';
import type { Answer } from '../release/answer.ts';
import { accounting } from './accounting.ts';
import { answerMoment } from './answer-moment.ts';
import { disclose } from './disclose.ts';
import { everything, everythingOfAll } from './everything.ts';
import { explain } from './explain.ts';
import { historyInstance, historyOf } from './history.ts';
import type { Interaction, ReadRequest } from './interaction.ts';
import { lastn } from './lastn.ts';
import { match } from './match/match.ts';
import { metaOfAll, metaOfResource } from './meta.ts';
import { isId } from './named-record.ts';
import { missing, type Run } from './outcome.ts';
import { proof } from './proof.ts';
import { read, vread } from './read.ts';
import { auditedRefusal } from './refuse-by-token.ts';
import { recordByHandle } from './record-by-handle.ts';
import { search } from './search/search.ts';
import type { SearchScope } from './search/search-scope.ts';

/** Answers every read there is, whichever way it came in: one path for all (C1). */
export type Execute = (request: ReadRequest) => Promise<Answer>;

export const createExecute =
  (deps: QueryDependencies, gatekeeper: Gatekeeper): Execute =>
  async (request) => {
    const { principal, interaction, requestId } = request;
    const run = await prepare(deps, principal, interaction).catch(async (error: unknown) => {
      throw await auditedRefusal(deps, request, error);
    });
    const moment = answerMoment(deps.clock, principal.kind === 'own' ? 0 : deps.answerStepMs, interaction);
    const outcome = await disclose(deps, gatekeeper, principal, requestId, run, moment).catch(
      async (error: unknown) => {
        // A failure may be of what is withheld.
        await moment.reached();
        throw error;
      },
    );
    if (outcome.kind === 'refusal') throw outcome.error;
    return outcome.answer;
  };

type OfOne = Extract<
  Interaction,
  { kind: 'read' | 'vread' | 'history-instance' | 'proof' | 'meta' | 'everything' | 'accounting' }
>;
type OfMany = Exclude<Interaction, OfOne>;

const ofOne: ReadonlySet<string> = new Set([
  'read',
  'vread',
  'history-instance',
  'proof',
  'meta',
  'everything',
  'accounting',
] satisfies OfOne['kind'][]);
const isOfOne = (asked: Interaction): asked is OfOne => ofOne.has(asked.kind);

/** Reads the request's words. All that fails here fails by the token and the words alone, before any look-up. */
const prepare = async (deps: QueryDependencies, principal: Principal, asked: Interaction): Promise<Run> => {
  requireNamedPatient(principal, asked);
  return isOfOne(asked) ? prepareOne(deps, principal, asked) : prepareMany(deps, principal, asked);
};

/** What asks for a record by its name. */
const prepareOne = async (deps: QueryDependencies, principal: Principal, asked: OfOne): Promise<Run> => {
  switch (asked.kind) {
    case 'read':
      return named(principal, 'read', asked, (key) => read(deps, key, asked.form, asked.parameters));
    case 'vread':
      return named(principal, 'vread', asked, (key) => vread(deps, key, asked.version, asked.form, asked.parameters));
    case 'history-instance':
      return named(principal, 'history-instance', asked, async (key) => historyInstance(deps, principal, key, asked));
    case 'proof':
      return named(principal, 'operation', asked, (key) => proof(deps, key, asked));
    case 'meta':
      return named(principal, 'operation', asked, (key) => metaOfResource(deps, key, asked.parameters));
    case 'accounting':
      requireType(principal, 'AuditEvent', 'r');
      return named(principal, 'operation', { resourceType: 'Patient', id: asked.id }, (key) =>
        accounting(deps, principal, key, asked),
      );
    case 'everything':
      break;
  }
  // It answers every type that there is, so the token must allow every type.
  requireType(principal, '*', 'r');
  return named(principal, 'operation', { resourceType: 'Patient', id: asked.id }, async (key) =>
    everything(deps, principal, key.id, asked.parameters, asked.handling),
  );
};

const prepareMany = async (deps: QueryDependencies, principal: Principal, asked: OfMany): Promise<Run> => {
  switch (asked.kind) {
    case 'search':
      requireScopeOfSearch(principal, asked.scope);
      return search(deps, principal, asked);
    case 'history':
      requireExtent(principal, asked.resourceType);
      return historyOf(deps, principal, asked.resourceType, asked);
    case 'everything-of-all':
      requireType(principal, '*', 'r');
      return everythingOfAll(deps, principal, asked.parameters, asked.handling);
    case 'lastn':
      requireType(principal, 'Observation', 's');
      return lastn(deps, principal, asked.parameters, asked.handling);
    case 'match':
      requireType(principal, 'Patient', 's');
      return match(deps, principal, asked.body);
    case 'explain':
      requireType(principal, 'Consent', 'r');
      requireType(principal, 'Patient', 'r');
      return explain(deps, principal, asked.body);
    case 'meta-of-all':
      requireExtent(principal, asked.resourceType);
      return metaOfAll(deps, principal, asked.resourceType, asked.parameters);
    case 'decision-receipt':
      return decisionReceipt(deps, principal, asked.handle);
    case 'record-by-handle':
      break;
  }
  return recordByHandle(deps, principal, asked.handle);
};

/** @throws ChartsealError `not-found` for a type that R4 does not have, told to anyone; `forbidden` by the token alone. */
const requireType = (principal: Principal, resourceType: string, permission: Permission): void => {
  if (resourceType !== '*' && !isResourceType(resourceType)) throw noSuchType();
  requireScope(principal, resourceType, permission);
};

const noSuchType = (): ChartsealError => {
  const diagnostics = 'R4 has no such resource type';
  return new ChartsealError('not-found', diagnostics, { issues: [{ code: 'not-supported', diagnostics }] });
};

/** Of the whole system, what the token covers is told; it must cover something. */
const requireExtent = (principal: Principal, resourceType: string | undefined): void => {
  if (resourceType !== undefined) requireType(principal, resourceType, 'r');
  else if (!principal.scopes.some(({ permissions }) => permissions.includes('r')))
    throw new ChartsealError('forbidden', 'the token lets nothing be read');
};

const requireScopeOfSearch = (principal: Principal, scope: SearchScope): void => {
  if (scope.level === 'type') requireType(principal, scope.resourceType, 's');
  if (scope.level !== 'compartment') return;
  if (!compartmentTypes.includes(scope.compartment)) throw noSuchType();
  if (scope.resourceType !== '*') requireType(principal, scope.resourceType, 's');
};

const named = async (
  principal: Principal,
  interaction: RestfulInteraction,
  { resourceType, id }: NamedRecord,
  run: (key: RecordKey) => Run | Promise<Run>,
): Promise<Run> => {
  requireType(principal, resourceType, 'r');
  // What is no id names nothing. It waits for a fresh view like any other, and its words are not kept.
  return isId(id) ? run({ resourceType, id }) : async () => missing(interaction, undefined);
};

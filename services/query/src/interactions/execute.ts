import { isResourceType } from '@chartseal/fhir';
import { ChartsealError, type RecordKey } from '@chartseal/ports';
import { requireScope, type Permission, type Principal } from '@chartseal/server';
import type { NamedRecord, RestfulInteraction } from '../audit/access-event.ts';
import type { Decisions } from '../decide/decisions.ts';
import type { Gatekeeper } from '../decide/gatekeeper.ts';
import type { QueryDependencies } from '../dependencies.ts';
import type { Answer } from '../release/answer.ts';
import { disclose } from './disclose.ts';
import { everything } from './everything.ts';
import { historyInstance } from './history-instance.ts';
import type { Interaction, ReadRequest } from './interaction.ts';
import { isId } from './named-record.ts';
import { missing, type Run } from './outcome.ts';
import { proof } from './proof.ts';
import { read } from './read.ts';
import { auditedRefusal } from './refuse-by-token.ts';
import { recordByHandle } from './record-by-handle.ts';
import { searchType } from './search-type.ts';
import { vread } from './vread.ts';

/** Answers every read there is, whichever way it came in: one path for all (C1). */
export type Execute = (request: ReadRequest) => Promise<Answer>;

export const createExecute =
  (deps: QueryDependencies, gatekeeper: Gatekeeper): Execute =>
  async (request) => {
    const { principal, interaction, requestId } = request;
    const run = await prepare(deps, principal, interaction).catch(async (error: unknown) => {
      throw await auditedRefusal(deps, request, error);
    });
    return disclose(deps, gatekeeper, principal, requestId, run);
  };

/** Reads the request's words. All that fails here fails by the token and the words alone, before any look-up. */
const prepare = async (deps: QueryDependencies, principal: Principal, interaction: Interaction): Promise<Run> => {
  switch (interaction.kind) {
    case 'read':
      return named(principal, 'read', interaction, (key) => async (decisions) => read(deps, decisions, key));
    case 'vread':
      return named(
        principal,
        'vread',
        interaction,
        (key) => async (decisions: Decisions) => vread(deps, decisions, key, interaction.version),
      );
    case 'history-instance':
      return named(principal, 'history-instance', interaction, async (key) =>
        historyInstance(deps, principal, key, interaction.parameters),
      );
    case 'proof':
      return named(principal, 'operation', interaction, (key) => proof(deps, key, interaction.parameters));
    case 'search-type':
      requireType(principal, interaction.resourceType, 's');
      return searchType(deps, principal, interaction);
    case 'everything':
      // It answers every type that there is, so the token must allow every type.
      requireType(principal, '*', 'r');
      return named(principal, 'operation', { resourceType: 'Patient', id: interaction.id }, async (key) =>
        everything(deps, principal, key.id, interaction.parameters),
      );
    case 'record-by-handle':
      break;
  }
  return recordByHandle(deps, principal, interaction.handle);
};

/** @throws ChartsealError `not-found` for a type that R4 does not have, told to anyone; `forbidden` by the token alone. */
const requireType = (principal: Principal, resourceType: string, permission: Permission): void => {
  if (resourceType !== '*' && !isResourceType(resourceType)) {
    const diagnostics = 'R4 has no such resource type';
    throw new ChartsealError('not-found', diagnostics, { issues: [{ code: 'not-supported', diagnostics }] });
  }
  requireScope(principal, resourceType, permission);
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

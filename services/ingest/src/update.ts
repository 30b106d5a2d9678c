import type { Issue } from '@chartseal/fhir';
import type { RecordKey, StoredVersion } from '@chartseal/ports';
import { commitOn, type Target } from './commit-on.ts';
import { identifierLocks, type Condition } from './condition.ts';
import type { IngestDependencies } from './dependencies.ts';
import { contentDraft } from './draft.ts';
import { admitResource, refusal, requireId, requireType, type Incoming } from './intake.ts';
import { checkPreconditions, refuseAuditEntries, refuseMadeProvenance, type Preconditions } from './preconditions.ts';

export type UpdateOutcome = {
  readonly kind: 'created' | 'updated';
  readonly version: StoredVersion;
  /** What the client may be told: warnings, and what was normalised. */
  readonly issues: readonly Issue[];
};

type UpdateRequest = Preconditions & { readonly incoming: Incoming; readonly path?: string };

/** R4 http.html#update, and create where there is no such record (#upsert): the client's id stands. */
export const update = async (
  dependencies: IngestDependencies,
  request: UpdateRequest & { readonly resourceType: string; readonly id: string },
): Promise<UpdateOutcome> => {
  const key = { resourceType: request.resourceType, id: requireId(request.id) };
  requireType(request.incoming.resource, key.resourceType);
  if (request.incoming.resource.id !== key.id) throw otherId(key.resourceType, 'must be the id in the URL');
  return updateTarget(dependencies, { kind: 'id', key }, request, key);
};

/**
 * R4 http.html#cond-update: of several records none is updated (412), and where none matches one is created: under the client's id, if it
 * gives one that nobody has.
 * @throws ChartsealError `malformed` where the resource has another id than the record that matches; `conflict` where none matches and
 * the client's id is that of another
 */
export const updateWhere = async (
  dependencies: IngestDependencies,
  request: UpdateRequest & { readonly condition: Condition },
): Promise<UpdateOutcome> => {
  const { condition, incoming } = request;
  const { resourceType } = condition;
  requireType(incoming.resource, resourceType);
  const { id } = incoming.resource;
  const given = id === undefined ? undefined : { resourceType, id: requireId(typeof id === 'string' ? id : '') };
  return updateTarget(dependencies, { kind: 'condition', condition }, request, given);
};

const updateTarget = async (
  dependencies: IngestDependencies,
  target: Target,
  request: UpdateRequest,
  given: RecordKey | undefined,
): Promise<UpdateOutcome> => {
  const admitted = admitResource(dependencies, request.incoming, request.path);
  const { resourceType } = admitted.resource;
  const fresh = { resourceType, id: dependencies.randomUuid() };
  let kind: UpdateOutcome['kind'] = 'created';
  const [version] = await commitOn(dependencies.records, {
    target,
    touches: target.kind === 'condition' && given !== undefined ? [given] : [],
    locks: identifierLocks(admitted.resource),
    plan: (view, found) => {
      const key = found ?? given ?? fresh;
      if (given !== undefined && given.id !== key.id)
        throw otherId(request.path ?? resourceType, 'must be the id of the record that matches');
      const current = key === fresh ? undefined : view.current(key);
      if (found === undefined && current?.state === 'content')
        throw refusal('conflict', {
          code: 'duplicate',
          expression: `${request.path ?? resourceType}.id`,
          diagnostics: 'no record matches, and another has this id',
        });
      refuseMadeProvenance(key);
      refuseAuditEntries(current);
      checkPreconditions(request, current);
      kind = current?.state === 'content' ? 'updated' : 'created';
      return [contentDraft(dependencies, key, admitted)];
    },
  });
  if (version === undefined)
    throw refusal('internal', { code: 'exception', diagnostics: 'the update left no version' });
  return { kind, version, issues: admitted.issues };
};

const otherId = (at: string, diagnostics: string): Error =>
  refusal('malformed', { code: 'invalid', expression: `${at}.id`, diagnostics });

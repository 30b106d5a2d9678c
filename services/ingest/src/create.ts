import type { Issue } from '@chartseal/fhir';
import type { StoredVersion, WriteUnit } from '@chartseal/ports';
import { identifierLocks, matchCondition, oneOrNone, type Condition } from './condition.ts';
import type { IngestDependencies } from './dependencies.ts';
import { contentDraft } from './draft.ts';
import { admitResource, refusal, requireType, type Incoming } from './intake.ts';

export type CreateOutcome = {
  /** `existed`: `If-None-Exist` matched this one, and nothing was written. */
  readonly kind: 'created' | 'existed';
  readonly version: StoredVersion;
  readonly issues: readonly Issue[];
};

/**
 * R4 http.html#create and #ccreate: the id is ours, a client's is ignored.
 * @throws ChartsealError `precondition-failed` where several match the condition
 */
export const create = async (
  dependencies: IngestDependencies,
  request: { resourceType: string; incoming: Incoming; condition: Condition | undefined; path?: string },
): Promise<CreateOutcome> => {
  const { resourceType, condition } = request;
  requireType(request.incoming.resource, resourceType);
  const admitted = admitResource(dependencies, request.incoming, request.path);
  const { issues } = admitted;
  const key = { resourceType, id: dependencies.randomUuid() };
  let existing: string | undefined;
  const unit: WriteUnit = {
    touches: [],
    exclusive: condition === undefined ? [] : [...new Set([...condition.locks, ...identifierLocks(admitted.resource)])],
    plan: async (view) => {
      existing = condition && oneOrNone(await matchCondition((query, limit) => view.match(query, limit), condition));
      return existing === undefined ? [contentDraft(dependencies, key, admitted)] : [];
    },
  };
  const [version] = await dependencies.records.commit(unit);
  if (version !== undefined) return { kind: 'created', version, issues };
  const found = existing === undefined ? undefined : await dependencies.records.read({ resourceType, id: existing });
  if (found === undefined)
    throw refusal('conflict', { code: 'conflict', diagnostics: 'the matching record was removed meanwhile' });
  return { kind: 'existed', version: found, issues: [] };
};

import type { StoredVersion, WriteUnit } from '@chartseal/ports';
import { matchCondition, type Condition } from './conditional-create.ts';
import type { IngestDependencies } from './dependencies.ts';
import { contentDraft } from './draft.ts';
import { admitResource, refusal, requireType, type Incoming } from './intake.ts';

export type CreateOutcome =
  | { readonly kind: 'created'; readonly version: StoredVersion }
  /** `If-None-Exist` matched this one: nothing was written. */
  | { readonly kind: 'existed'; readonly version: StoredVersion };

/**
 * R4 http.html#create and #ccreate: the id is ours, a client's is ignored.
 * @throws ChartsealError `precondition-failed` where several match the condition
 */
export const create = async (
  dependencies: IngestDependencies,
  request: { resourceType: string; incoming: Incoming; condition: Condition | undefined; path?: string },
): Promise<CreateOutcome> => {
  const { resourceType, incoming, condition } = request;
  requireType(incoming.resource, resourceType);
  admitResource(incoming.resource, dependencies.fhirBaseUrl, request.path);
  const key = { resourceType, id: dependencies.randomUuid() };
  let existing: string | undefined;
  const unit: WriteUnit = {
    touches: [],
    exclusive: condition === undefined ? [] : [condition.name],
    plan: async (view) => {
      existing = undefined;
      if (condition !== undefined) {
        const matched = await matchCondition(view, condition);
        if (matched.kind === 'many')
          throw refusal('precondition-failed', {
            code: 'multiple-matches',
            diagnostics: 'several records match the condition of the create',
          });
        if (matched.kind === 'one') {
          existing = matched.id;
          return [];
        }
      }
      return [contentDraft(dependencies, key, incoming)];
    },
  };
  const [version] = await dependencies.records.commit(unit);
  if (version !== undefined) return { kind: 'created', version };
  const found = existing === undefined ? undefined : await dependencies.records.read({ resourceType, id: existing });
  if (found === undefined)
    throw refusal('conflict', { code: 'conflict', diagnostics: 'the matching record was removed meanwhile' });
  return { kind: 'existed', version: found };
};

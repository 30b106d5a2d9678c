import type { StoredVersion } from '@chartseal/ports';
import type { IngestDependencies } from './dependencies.ts';
import { contentDraft } from './draft.ts';
import { admitResource, refusal, requireId, requireType, type Incoming } from './intake.ts';
import { checkIfMatch, refuseAuditEntries } from './versioning.ts';

export type UpdateOutcome = { readonly kind: 'created' | 'updated'; readonly version: StoredVersion };

/** R4 http.html#update, and create where there is no such record (#upsert): the client's id stands. */
export const update = async (
  dependencies: IngestDependencies,
  request: { resourceType: string; id: string; incoming: Incoming; ifMatch: string | undefined; path?: string },
): Promise<UpdateOutcome> => {
  const key = { resourceType: request.resourceType, id: requireId(request.id) };
  const { incoming } = request;
  requireType(incoming.resource, key.resourceType);
  if (incoming.resource.id !== key.id) {
    throw refusal('malformed', {
      code: 'invalid',
      expression: `${key.resourceType}.id`,
      diagnostics: 'must be the id in the URL',
    });
  }
  admitResource(incoming.resource, dependencies.fhirBaseUrl, request.path);
  let kind: UpdateOutcome['kind'] = 'created';
  const [version] = await dependencies.records.commit({
    touches: [key],
    exclusive: [],
    plan: (view) => {
      const current = view.current(key);
      refuseAuditEntries(current);
      checkIfMatch(request.ifMatch, current);
      kind = current?.state === 'content' ? 'updated' : 'created';
      return [contentDraft(dependencies, key, incoming)];
    },
  });
  if (version === undefined)
    throw refusal('internal', { code: 'exception', diagnostics: 'the update left no version' });
  return { kind, version };
};

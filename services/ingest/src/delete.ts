import type { StoredVersion } from '@chartseal/ports';
import type { IngestDependencies } from './dependencies.ts';
import { deletionDraft } from './draft.ts';
import { requireId } from './intake.ts';
import { checkIfMatch, refuseAuditEntries } from './versioning.ts';

/**
 * R4 http.html#delete: a new version that says that the record is gone; its history stays. Deleting what is not there, or gone
 * already, changes nothing.
 * @returns the deletion, or undefined where there was nothing to delete
 */
export const deleteRecord = async (
  dependencies: IngestDependencies,
  request: { resourceType: string; id: string; ifMatch: string | undefined },
): Promise<StoredVersion | undefined> => {
  const key = { resourceType: request.resourceType, id: requireId(request.id) };
  const [version] = await dependencies.records.commit({
    touches: [key],
    exclusive: [],
    plan: (view) => {
      const current = view.current(key);
      refuseAuditEntries(current);
      checkIfMatch(request.ifMatch, current);
      return current?.state === 'content' ? [deletionDraft(dependencies, key)] : [];
    },
  });
  return version;
};

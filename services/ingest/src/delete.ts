import type { StoredVersion } from '@chartseal/ports';
import { commitOn, type Target } from './commit-on.ts';
import type { Condition } from './condition.ts';
import type { IngestDependencies } from './dependencies.ts';
import { deletionDraft } from './draft.ts';
import { requireId } from './intake.ts';
import { checkPreconditions, refuseAuditEntries, refuseMadeProvenance, type Preconditions } from './preconditions.ts';

/**
 * R4 http.html#delete: a new version that says that the record is gone; its history stays. Deleting what is not there, or gone
 * already, changes nothing.
 * @returns the deletion, or undefined where there was nothing to delete
 */
export const deleteRecord = (
  dependencies: IngestDependencies,
  request: Preconditions & { readonly resourceType: string; readonly id: string },
): Promise<StoredVersion | undefined> => {
  const key = { resourceType: request.resourceType, id: requireId(request.id) };
  return deleteTarget(dependencies, { kind: 'id', key }, request);
};

/**
 * R4 http.html#3.1.0.7.1, conditional delete: of one record. Where none matches it is an ordinary delete of nothing.
 * @throws ChartsealError `precondition-failed` where several match
 */
export const deleteWhere = (
  dependencies: IngestDependencies,
  request: Preconditions & { readonly condition: Condition },
): Promise<StoredVersion | undefined> =>
  deleteTarget(dependencies, { kind: 'condition', condition: request.condition }, request);

export const deleteTarget = async (
  dependencies: IngestDependencies,
  target: Target,
  preconditions: Preconditions,
): Promise<StoredVersion | undefined> => {
  const [version] = await commitOn(dependencies.records, {
    target,
    plan: (view, key) => {
      const current = key && view.current(key);
      refuseMadeProvenance(key);
      refuseAuditEntries(current);
      checkPreconditions(preconditions, current);
      return key !== undefined && current?.state === 'content' ? [deletionDraft(dependencies, key)] : [];
    },
  });
  return version;
};

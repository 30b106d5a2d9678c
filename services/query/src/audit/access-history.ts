import type { SearchQuery } from '@chartseal/fhir';
import type { RecordStore, SearchCursor, StoredVersion } from '@chartseal/ports';

export type AccessHistoryPage = {
  /** AuditEvents that this gateway wrote, oldest first. */
  readonly events: readonly StoredVersion[];
  /** Where to go on; undefined at the end. */
  readonly next: SearchCursor | undefined;
};

/**
 * Who saw what of a Patient, for that patient. Whoever calls it has verified that it is the patient who asks.
 * @param patientId the FHIR id of the Patient
 */
export const accessHistory = async (
  records: RecordStore,
  patientId: string,
  paging: { readonly limit: number; readonly after?: SearchCursor },
): Promise<AccessHistoryPage> => {
  const test = { match: 'resource', targetType: 'Patient', targetId: patientId } as const;
  const query: SearchQuery = {
    resourceType: 'AuditEvent',
    conditions: [{ kind: 'reference', code: 'patient', anyOf: [test] }],
  };
  const { versions } = await records.search(query, paging);
  return {
    // AuditEvents that clients posted are records like any other, and no trail of ours.
    events: versions.filter(({ log }) => log === 'access'),
    next: versions.length < paging.limit ? undefined : versions.at(-1)?.cursor,
  };
};

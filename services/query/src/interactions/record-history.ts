import type { DateInterval } from '@chartseal/fhir';
import type { RecordKey, RecordStore, SearchCursor, StoredVersion } from '@chartseal/ports';
import type { Candidates } from '../paging/permitted-page.ts';

/** https://hl7.org/fhir/R4/http.html#history */
type Bounds = {
  /** Milliseconds since the epoch. */
  readonly since: number | undefined;
  readonly at: DateInterval | undefined;
};

/** `end`: when the next version took its place. */
const isWithin = ({ lastUpdated }: StoredVersion, end: number, { since, at }: Bounds): boolean => {
  const start = Date.parse(lastUpdated);
  if (since !== undefined && start < since) return false;
  return at === undefined || (start < at.end && end > at.start);
};

/** One record's versions, the newest first. Its cursor is the version to go on below. */
export const versionsOf =
  (records: RecordStore, key: RecordKey, bounds: Bounds): Candidates<SearchCursor> =>
  async (below, limit) => {
    const kept: (StoredVersion & { readonly cursor: SearchCursor })[] = [];
    let before = below?.after;
    const above = before === undefined ? undefined : await records.vread(key, before);
    let end = above === undefined ? Infinity : Date.parse(above.lastUpdated);
    for (;;) {
      const versions = await records.history(key, before === undefined ? { limit } : { limit, before });
      for (const version of versions) {
        if (isWithin(version, end, bounds)) kept.push(Object.assign({ cursor: { after: version.versionId } }, version));
        end = Date.parse(version.lastUpdated);
      }
      before = versions.at(-1)?.versionId;
      if (versions.length < limit || kept.length >= limit) return { versions: kept };
    }
  };

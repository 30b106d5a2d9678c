import type { LogName, StoredVersion } from '@chartseal/ports';

/** bigint arrives as text. */
export type VersionRow = {
  readonly record: string;
  readonly resource_type: string;
  readonly logical_id: string;
  readonly handle: string;
  readonly version_id: number;
  readonly deleted: boolean;
  readonly last_updated: string;
  readonly log: LogName;
  readonly commitment_key: Buffer;
  readonly commitment: Buffer;
  readonly content: string;
  readonly erased_ms: string | null;
};

/** Of `version as v` and its `record as r`. */
export const versionColumns = `v.record, r.resource_type, r.logical_id, r.handle, v.version_id, v.deleted,
  v.last_updated, v.log, v.commitment_key, v.commitment, v.content, v.erased_ms`;

export const toStoredVersion = (row: VersionRow): StoredVersion => ({
  resourceType: row.resource_type,
  id: row.logical_id,
  versionId: row.version_id,
  lastUpdated: new Date(Number(row.last_updated)).toISOString(),
  state: row.deleted ? 'deleted' : 'content',
  content: row.content,
  handle: row.handle,
  commitmentKey: new Uint8Array(row.commitment_key),
  commitment: new Uint8Array(row.commitment),
  log: row.log,
  ...(row.erased_ms === null ? {} : { erasedAt: Number(row.erased_ms) }),
});

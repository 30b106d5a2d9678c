import type { LogName, RecordKey } from '@chartseal/ports';
import { textArray } from '../database/binary-array.ts';
import type { Queryable } from '../database/database.ts';
import type { Slot } from './staging.ts';

type Row = {
  readonly id: string;
  readonly resource_type: string;
  readonly logical_id: string;
  readonly handle: string;
  readonly version_id: number;
  readonly deleted: boolean;
  readonly last_updated: string;
  readonly log: LogName;
};

/** Those of the records that exist, locked in the order of their identities until the transaction ends. */
export async function lockRecords(transaction: Queryable, keys: readonly RecordKey[]): Promise<readonly Slot[]> {
  if (keys.length === 0) return [];
  const rows = await transaction.query<Row>({
    name: 'lock-records',
    text: `select r.id, r.resource_type, r.logical_id, r.handle, r.version_id, r.deleted, r.last_updated, r.log
      from record r join (select distinct type, id from unnest($1::text[], $2::text[]) as k (type, id)) as k
        on r.resource_type = k.type and r.logical_id = k.id
      order by r.id for update of r`,
    values: [textArray(keys.map(({ resourceType }) => resourceType)), textArray(keys.map(({ id }) => id))],
  });
  return rows.map((row) => ({
    key: { resourceType: row.resource_type, id: row.logical_id },
    handle: row.handle,
    id: Number(row.id),
    versionId: row.version_id,
    state: row.deleted ? 'deleted' : 'content',
    lastUpdated: Number(row.last_updated),
    log: row.log,
    versions: [],
  }));
}

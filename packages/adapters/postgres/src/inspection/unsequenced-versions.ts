import type { LogName } from '@chartseal/ports';
import { byteaArray } from '../database/binary-array.ts';
import type { Queryable } from '../database/database.ts';

export type VersionName = { readonly handle: string; readonly versionId: number };

/** By the hex of their commitment. Goes over the whole store: what is asked once, after a restore, has no index. */
export async function unsequencedVersions(
  queryable: Queryable,
  log: LogName,
  entries: readonly Uint8Array[],
): Promise<ReadonlyMap<string, VersionName>> {
  const rows = await queryable.query<{ handle: string; version_id: number; commitment: Buffer }>({
    text: `select r.handle, v.version_id, v.commitment from version v join record r on r.id = v.record
      where v.log = $1 and v.commitment = any($2::bytea[])
        and not exists (select from leaf l where l.handle = r.handle and l.version_id = v.version_id)`,
    values: [log, byteaArray(entries)],
  });
  return new Map(
    rows.map(({ handle, version_id: versionId, commitment }) => [commitment.toString('hex'), { handle, versionId }]),
  );
}

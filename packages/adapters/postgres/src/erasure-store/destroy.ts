/** Destroys what versions say and what was made of it: ErasureStore law 1. */
import { indexGeneration } from '@chartseal/fhir';
import { bigintArray, integerArray, textArray } from '../database/binary-array.ts';
import type { Queryable } from '../database/database.ts';
import { deleteRows, noFacets } from '../record-store/index/row-columns.ts';

type Row = {
  readonly record: string;
  readonly version_id: number;
  readonly resource_type: string;
  readonly logical_id: string;
  readonly last_updated: string;
};

/** A deletion's canonical bytes (DESIGN §6, Log): members in the order of RFC 8785. */
const tombstone = ({ resource_type, logical_id, version_id, last_updated }: Row): string =>
  JSON.stringify({
    deleted: true,
    id: logical_id,
    meta: { lastUpdated: new Date(Number(last_updated)).toISOString(), versionId: String(version_id) },
    resourceType: resource_type,
  });

/** Locks the records in the order in which writers do, and answers those of their versions that are not erased yet. */
async function lockVersions(transaction: Queryable, ids: readonly number[]): Promise<readonly Row[]> {
  const values = [bigintArray(ids)];
  await transaction.query({
    text: 'select id from record where id = any($1::bigint[]) order by id for update',
    values,
  });
  return transaction.query<Row>({
    text: `select v.record, v.version_id, r.resource_type, r.logical_id, v.last_updated from version v join record r on r.id = v.record
      where v.record = any($1::bigint[]) and v.erased_ms is null order by v.record, v.version_id`,
    values,
  });
}

export type Destroyed = { readonly records: number; readonly versions: number };

/** Within a transaction. */
export async function destroy(
  transaction: Queryable,
  ids: readonly number[],
  { erasureId, erasedAt }: { readonly erasureId: string; readonly erasedAt: number },
): Promise<Destroyed> {
  const rows = await lockVersions(transaction, ids);
  if (rows.length === 0) return { records: 0, versions: 0 };
  const records = bigintArray(rows.map(({ record }) => Number(record)));
  const versions = integerArray(rows.map((row) => row.version_id));
  await transaction.query({
    text: `insert into erasure (erasure_id, erased_at) values ($1, $2) on conflict do nothing`,
    values: [erasureId, erasedAt],
  });
  await transaction.query({
    text: `update version v set content = t.content, commitment_key = '', deleted = true, erased_ms = $4
      from unnest($1::bigint[], $2::integer[], $3::text[]) as t (record, version_id, content)
      where v.record = t.record and v.version_id = t.version_id`,
    values: [records, versions, textArray(rows.map(tombstone)), erasedAt],
  });
  await transaction.query({
    text: `insert into erased_version (record, version_id, erasure_id, log)
      select v.record, v.version_id, $3, v.log from version v
      join unnest($1::bigint[], $2::integer[]) as t (record, version_id) using (record, version_id)`,
    values: [records, versions, erasureId],
  });
  const touched = [...new Set(rows.map(({ record }) => Number(record)))];
  await forget(transaction, touched);
  return { records: touched.length, versions: rows.length };
}

async function forget(transaction: Queryable, ids: readonly number[]): Promise<void> {
  const values = [bigintArray(ids)];
  await transaction.query({
    text: `with ${deleteRows}, bytes as (delete from binary_content where record = any($1::bigint[]))
      delete from former_subject where record = any($1::bigint[])`,
    values,
  });
  await transaction.query({
    text: `update record set deleted = true, facets = '${noFacets}', index_generation = ${indexGeneration}, indexed_version = version_id
      where id = any($1::bigint[])`,
    values,
  });
}

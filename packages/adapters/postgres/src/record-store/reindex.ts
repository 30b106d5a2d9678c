import { indexGeneration } from '@chartseal/fhir';
import type { LogName } from '@chartseal/ports';
import { bigintArray, textArray } from '../database/binary-array.ts';
import type { Database, Queryable } from '../database/database.ts';
import { asChartsealError } from '../database/pg-error.ts';
import type { ContentIndex } from './index/content-index.ts';
import { keepUnknownFormer } from './index/former-subjects.ts';
import { indexRowsOf } from './index/index-rows.ts';
import type { IndexRows } from './index/index-rows.ts';
import { deleteRows, insertRows, noFacets, rowColumns } from './index/row-columns.ts';

/** `indexed` anew, deleted records included; of `unreadable` ones, by handle, the content is none: they stay found by what they were. */
export type IndexProgress = { readonly indexed: number; readonly unreadable: readonly string[] };

const batchRecords = 200;
const batchBytes = 8 * 1024 * 1024;
/** While one waits for PostgreSQL another is made. */
const atOnce = 3;

/** Written as the index `record_by_index` has it. */
const isStale = `(case when r.indexed_version = r.version_id then r.index_generation else 0 end) < ${indexGeneration}`;

type Stale = { readonly id: string; readonly bytes: string };
type Content = {
  readonly id: string;
  readonly resource_type: string;
  readonly logical_id: string;
  readonly handle: string;
  readonly deleted: boolean;
  readonly log: LogName;
  readonly content: string;
};

/** `found` undefined: a deleted record. */
type Fresh = { readonly record: number; readonly found: IndexRows | undefined };

/** `pass`: without those that another transaction holds. `wait`: with them, once it has ended. */
type Held = 'pass' | 'wait';

/** Locked in the order of their identities, as writers lock: no two wait for each other. */
async function lockStale(transaction: Queryable, held: Held): Promise<readonly number[]> {
  const rows = await transaction.query<{ id: string }>({
    text: `select r.id from record r where ${isStale} order by r.id limit ${batchRecords}
      for update ${held === 'pass' ? 'skip locked' : ''}`,
  });
  return rows.map(({ id }) => Number(id));
}

/** As many as are held in memory at ease, one at least. */
async function boundedBy(transaction: Queryable, ids: readonly number[]): Promise<readonly number[]> {
  const rows = await transaction.query<Stale>({
    text: `select r.id, octet_length(v.content) as bytes from record r
      join version v on v.record = r.id and v.version_id = r.version_id where r.id = any($1::bigint[]) order by r.id`,
    values: [bigintArray(ids)],
  });
  let sum = 0;
  const bounded = rows.filter(({ bytes }, index) => (sum += Number(bytes)) <= batchBytes || index === 0);
  return bounded.map(({ id }) => Number(id));
}

async function batch(transaction: Queryable, indexOf: ContentIndex, held: Held): Promise<IndexProgress> {
  const locked = await lockStale(transaction, held);
  if (locked.length === 0) return { indexed: 0, unreadable: [] };
  const ids = await boundedBy(transaction, locked);
  const contents = await transaction.query<Content>({
    text: `select r.id, r.resource_type, r.logical_id, r.handle, r.deleted, r.log, v.content from record r
      join version v on v.record = r.id and v.version_id = r.version_id where r.id = any($1::bigint[])`,
    values: [bigintArray(ids)],
  });
  const rows: Fresh[] = [];
  const unreadable: string[] = [];
  for (const { id, resource_type: resourceType, logical_id: logicalId, handle, deleted, log, content } of contents) {
    try {
      const found = deleted ? undefined : indexRowsOf({ resourceType, id: logicalId }, log, indexOf(content));
      rows.push({ record: Number(id), found });
    } catch {
      unreadable.push(handle);
    }
  }
  await write(transaction, ids, rows);
  return { indexed: rows.length, unreadable };
}

async function write(transaction: Queryable, ids: readonly number[], rows: readonly Fresh[]): Promise<void> {
  const records = bigintArray(rows.map(({ record }) => record));
  await transaction.query({ text: `with ${keepUnknownFormer}, ${deleteRows} select`, values: [records] });
  const found = rows.flatMap(({ record, found }) => (found === undefined ? [] : [{ record, ...found }]));
  await transaction.query({ text: `with ${insertRows(1)} select`, values: [...rowColumns(found)] });
  await transaction.query({
    text: 'update record set facets = t.facets::jsonb from unnest($1::bigint[], $2::text[]) as t (id, facets) where record.id = t.id',
    values: [records, textArray(rows.map(({ found }) => found?.facets ?? noFacets))],
  });
  await transaction.query({
    text: `update record set index_generation = ${indexGeneration}, indexed_version = version_id where id = any($1::bigint[])`,
    values: [bigintArray(ids)],
  });
}

/**
 * Indexes anew what an older release indexed, or wrote beside this one, from its newest content (RecordStore law 12). A batch is a
 * transaction, so that whoever is killed goes on where it was.
 */
export async function reindex(
  database: Database,
  indexOf: ContentIndex,
  until: 'nothing-free' | 'nothing',
): Promise<IndexProgress> {
  let indexed = 0;
  const unreadable: string[] = [];
  const run = async (held: Held): Promise<void> => {
    for (;;) {
      const done = await database.transaction((transaction) => batch(transaction, indexOf, held));
      indexed += done.indexed;
      unreadable.push(...done.unreadable);
      if (done.indexed + done.unreadable.length === 0) return;
    }
  };
  try {
    if (until === 'nothing') {
      const ended = await Promise.allSettled(Array.from({ length: atOnce }, () => run('pass')));
      for (const one of ended) if (one.status === 'rejected') throw one.reason;
      await run('wait');
    } else await run('pass');
  } catch (error) {
    throw asChartsealError(error);
  }
  return { indexed, unreadable };
}

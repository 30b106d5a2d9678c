import { ChartsealError } from '@chartseal/ports';
import type { Integrate, LogEntry, LogHead, WriterLease } from '@chartseal/ports';
import { bigintArray, integerArray, textArray } from '../database/binary-array.ts';
import type { Queryable } from '../database/database.ts';
import { readTile, writeTiles } from './tiles.ts';
import { checkLease } from './writer.ts';

const nameOf = ({ handle, versionId }: Pick<LogEntry, 'handle' | 'versionId'>): string => `${handle}/${versionId}`;

async function withoutKnown(transaction: Queryable, entries: readonly LogEntry[]): Promise<readonly LogEntry[]> {
  const distinct = new Map(entries.map((entry) => [nameOf(entry), entry] as const));
  const rows = await transaction.query<{ handle: string; version_id: number }>({
    name: 'known-leaves',
    text: `select handle, version_id from leaf join unnest($1::text[], $2::integer[]) as t (handle, version_id)
      using (handle, version_id)`,
    values: [textArray(entries.map(({ handle }) => handle)), integerArray(entries.map(({ versionId }) => versionId))],
  });
  for (const { handle, version_id: versionId } of rows) distinct.delete(nameOf({ handle, versionId }));
  return [...distinct.values()];
}

/** Within a transaction. Leaf indexes go on where the tree ends. */
export async function append(
  transaction: Queryable,
  lease: WriterLease,
  entries: readonly LogEntry[],
  integrate: Integrate,
): Promise<LogHead> {
  const { log } = lease;
  const head = await checkLease(transaction, lease);
  const fresh = entries.length === 0 ? [] : await withoutKnown(transaction, entries);
  if (fresh.length === 0) return head;
  const bytes = fresh.map(({ entry }) => entry);
  const next = await integrate(head, bytes, (key) => readTile(transaction, log, key));
  if (next.head.treeSize !== head.treeSize + fresh.length)
    throw new ChartsealError('internal', 'the tree must grow by the entries that are new');
  await transaction.query({
    name: 'add-leaves',
    text: `insert into leaf (log, leaf_index, handle, version_id)
      select $1, leaf_index, handle, version_id
      from unnest($2::bigint[], $3::text[], $4::integer[]) as t (leaf_index, handle, version_id)`,
    values: [
      log,
      bigintArray(fresh.map((_, index) => head.treeSize + index)),
      textArray(fresh.map(({ handle }) => handle)),
      integerArray(fresh.map(({ versionId }) => versionId)),
    ],
  });
  await writeTiles(transaction, log, next.tiles);
  const text = 'update log_writer set tree_size = $2, state = $3 where log = $1';
  await transaction.query({ name: 'set-head', text, values: [log, next.head.treeSize, next.head.state] });
  return next.head;
}

import type { LogName } from '@chartseal/ports';
import type { Queryable } from '../database/database.ts';

/** Leaves that a recovery took from a mirror and no version here belongs to. Goes over the whole log. @returns their indexes, ascending */
export async function lostLeaves(queryable: Queryable, log: LogName): Promise<readonly number[]> {
  const rows = await queryable.query<{ leaf_index: string }>({
    text: `select leaf_index from leaf where log = $1 and handle like 'lost.%' order by leaf_index`,
    values: [log],
  });
  return rows.map(({ leaf_index: leafIndex }) => Number(leafIndex));
}

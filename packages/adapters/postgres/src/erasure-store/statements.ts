import type { ErasureStatement, LedgerReceipt, LogName, UnstatedErasure } from '@chartseal/ports';
import { bigintArray } from '../database/binary-array.ts';
import type { Queryable } from '../database/database.ts';

export type StatementRow = {
  readonly statement_hash: string;
  readonly erasure_id: string;
  readonly log: LogName;
  readonly note: string;
  readonly transaction_id: string;
  readonly block_number: string;
  readonly receipt: string;
};

export const toStatement = (row: StatementRow): ErasureStatement => ({
  erasureId: row.erasure_id,
  log: row.log,
  statementHash: row.statement_hash,
  note: row.note,
  transactionId: row.transaction_id,
  blockNumber: Number(row.block_number),
  receipt: JSON.parse(row.receipt) as LedgerReceipt,
});

type UnstatedRow = {
  readonly erasure_id: string;
  readonly erased_at: string;
  readonly log: LogName;
  readonly leaves: readonly string[];
};

/** Those of which some version has no leaf yet wait: a statement is to be whole. */
export async function unstated(queryable: Queryable, limit: number): Promise<readonly UnstatedErasure[]> {
  const rows = await queryable.query<UnstatedRow>({
    text: `select e.erasure_id, e.erased_at, v.log, array_agg(l.leaf_index order by l.leaf_index) as leaves
      from erasure e join erased_version v using (erasure_id) join record r on r.id = v.record
      left join leaf l on l.handle = r.handle and l.version_id = v.version_id
      where v.statement_hash is null group by e.position, e.erasure_id, e.erased_at, v.log
      having count(*) = count(l.leaf_index) order by e.position, v.log limit $1`,
    values: [limit],
  });
  return rows.map((row) => ({
    erasureId: row.erasure_id,
    erasedAt: Number(row.erased_at),
    log: row.log,
    leafIndexes: row.leaves.map(Number),
  }));
}

/** Within a transaction. */
export async function recordStatement(
  transaction: Queryable,
  { erasureId, log, statementHash, note, transactionId, blockNumber, receipt }: ErasureStatement,
  leafIndexes: readonly number[],
): Promise<void> {
  await transaction.query({
    text: `insert into erasure_statement (statement_hash, erasure_id, log, note, transaction_id, block_number, receipt)
      values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing`,
    values: [statementHash, erasureId, log, note, transactionId, blockNumber, JSON.stringify(receipt)],
  });
  await transaction.query({
    text: `update erased_version v set statement_hash = $1 from leaf l join record r on r.handle = l.handle
      where l.log = $2 and l.leaf_index = any($3::bigint[]) and v.record = r.id and v.version_id = l.version_id
        and v.statement_hash is null`,
    values: [statementHash, log, bigintArray(leafIndexes)],
  });
}

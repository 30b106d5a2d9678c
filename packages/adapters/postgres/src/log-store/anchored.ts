import type { AnchoredCheckpoint, LedgerReceipt, LogName, OutboxEvent } from '@chartseal/ports';
import type { Queryable } from '../database/database.ts';
import { addToOutbox } from '../record-store/outbox-rows.ts';

type Row = {
  readonly tree_size: string;
  readonly note: string;
  readonly transaction_id: string;
  readonly block_number: string;
  readonly receipt: string;
  readonly cose_tree_head: Buffer | null;
};

/** Within a transaction that holds the log's writer. The same again changes nothing. */
export async function markAnchored(
  transaction: Queryable,
  { log, treeSize, note, transactionId, blockNumber, receipt, coseTreeHead }: AnchoredCheckpoint,
  events: readonly OutboxEvent[],
): Promise<void> {
  const added = await transaction.query({
    text: `insert into anchored_checkpoint (log, tree_size, note, transaction_id, block_number, receipt, cose_tree_head)
      values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning tree_size`,
    values: [log, treeSize, note, transactionId, blockNumber, JSON.stringify(receipt), coseTreeHead ?? null],
  });
  if (added.length > 0) await addToOutbox(transaction, events);
}

/** The largest tree that the ledger holds. */
export const anchoredStatement = (log: LogName): { name: string; text: string; values: readonly unknown[] } => ({
  name: 'anchored',
  text: `select tree_size, note, transaction_id, block_number, receipt, cose_tree_head from anchored_checkpoint
    where log = $1 order by tree_size desc limit 1`,
  values: [log],
});

export const toAnchored = (log: LogName, row: Row): AnchoredCheckpoint => ({
  log,
  treeSize: Number(row.tree_size),
  note: row.note,
  transactionId: row.transaction_id,
  blockNumber: Number(row.block_number),
  receipt: JSON.parse(row.receipt) as LedgerReceipt,
  ...(row.cose_tree_head === null ? {} : { coseTreeHead: new Uint8Array(row.cose_tree_head) }),
});

export type { Row as AnchoredRow };

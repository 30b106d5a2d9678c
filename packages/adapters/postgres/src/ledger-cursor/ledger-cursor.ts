import { ChartsealError } from '@chartseal/ports';
import type { EventPosition, LedgerCursor, LedgerStep } from '@chartseal/ports';
import type { Database, Queryable } from '../database/database.ts';
import { asChartsealError } from '../database/pg-error.ts';
import { accept } from '../patient-store/directives.ts';
import { addToOutbox } from '../record-store/outbox-rows.ts';

type Row = { readonly block_number: string; readonly transaction_id: string };

const begin = `insert into ledger_cursor (follower, block_number, transaction_id) values ($1, $2, $3)
  on conflict do nothing returning 1 as moved`;

/** The row's lock holds off who follows at the same time; when it is let go, this one's `from` is no more. */
const move = `update ledger_cursor set block_number = $2, transaction_id = $3
  where follower = $1 and block_number = $4 and transaction_id = $5 returning 1 as moved`;

async function moveCursor(transaction: Queryable, { follower, from, to }: LedgerStep): Promise<void> {
  if (from !== undefined && to.blockNumber < from.blockNumber)
    throw new ChartsealError('internal', 'a follower of the ledger never goes back');
  const values = [follower, to.blockNumber, to.transactionId];
  const moved =
    from === undefined
      ? await transaction.query({ text: begin, values })
      : await transaction.query({ text: move, values: [...values, from.blockNumber, from.transactionId] });
  if (moved.length === 0) throw new ChartsealError('fenced', 'another process follows the ledger');
}

/** Positions as rows, moved in the transaction of what was learnt. */
export const postgresLedgerCursor = (database: Database): LedgerCursor => ({
  position: async (follower): Promise<EventPosition | undefined> => {
    const text = 'select block_number, transaction_id from ledger_cursor where follower = $1';
    const [row] = await database.read<Row>({ text, values: [follower] });
    return row && { blockNumber: Number(row.block_number), transactionId: row.transaction_id };
  },

  advance: async (step) => {
    try {
      await database.transaction(async (transaction) => {
        await moveCursor(transaction, step);
        for (const directive of step.directives) await accept(transaction, directive);
        // Nobody else writes for these keys, and the cursor's row is held: their order is the ledger's.
        await addToOutbox(transaction, step.events);
      });
    } catch (error) {
      throw asChartsealError(error);
    }
  },
});

import { ChartsealError } from '@chartseal/ports';
import type { LogHead, LogName, WriterLease } from '@chartseal/ports';
import type { Queryable } from '../database/database.ts';

type Row = { readonly epoch: string; readonly tree_size: string; readonly state: string };

export async function takeLease(queryable: Queryable, log: LogName): Promise<WriterLease> {
  const text = `insert into log_writer (log, epoch) values ($1, 1)
    on conflict (log) do update set epoch = log_writer.epoch + 1 returning epoch`;
  const [row] = await queryable.query<{ epoch: string }>({ text, values: [log] });
  return { log, epoch: Number(row?.epoch) };
}

/**
 * The head, and the writer's row locked until the transaction ends: no lease is given out meanwhile.
 * @throws ChartsealError `fenced` if the lease is not the newest
 */
export async function checkLease(transaction: Queryable, { log, epoch }: WriterLease): Promise<LogHead> {
  const text = 'select epoch, tree_size, state from log_writer where log = $1 for update';
  const [row] = await transaction.query<Row>({ name: 'check-lease', text, values: [log] });
  if (row === undefined || Number(row.epoch) !== epoch)
    throw new ChartsealError('fenced', `another process writes the log ${log}`);
  return { treeSize: Number(row.tree_size), state: row.state };
}

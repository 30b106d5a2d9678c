import type { LogClaim, LogName, LogStore } from '@chartseal/ports';
import type { Database, Queryable } from '../database/database.ts';
import { checkLease } from './writer.ts';

type Transaction = <T>(work: (on: Queryable) => Promise<T>) => Promise<T>;

type Row = { readonly writer: string | null; readonly next_writer: string | null };

const claim = async (database: Database, log: LogName): Promise<LogClaim> => {
  const text = 'select writer, next_writer from log_writer where log = $1';
  const [row] = await database.read<Row>({ name: 'log-claim', text, values: [log] });
  return { writer: row?.writer ?? undefined, nextWriter: row?.next_writer ?? undefined };
};

/** Another log, which nobody has claimed yet. */
const succeed = 'update log_writer set generation = generation + 1, writer = null, next_writer = null where log = $1';

/** Who writes each log on the ledger, and which of its line it is: LogStore laws 8 and 9. */
export const logClaims = (
  database: Database,
  transaction: Transaction,
): Pick<LogStore, 'claim' | 'noteClaim' | 'generation' | 'succeed'> => ({
  claim: (log) => claim(database, log),

  noteClaim: (lease, { writer, nextWriter }) =>
    transaction(async (on) => {
      await checkLease(on, lease);
      const text = 'update log_writer set writer = $2, next_writer = $3 where log = $1';
      await on.query({ text, values: [lease.log, writer ?? null, nextWriter ?? null] });
    }),

  generation: async (log) => {
    const text = 'select generation from log_writer where log = $1';
    const [row] = await database.read<{ generation: number }>({ text, values: [log] });
    return row?.generation ?? 1;
  },

  succeed: (lease) =>
    transaction(async (on) => {
      await checkLease(on, lease);
      await on.query({ text: succeed, values: [lease.log] });
    }),
});

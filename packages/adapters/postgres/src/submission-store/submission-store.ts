import type { Submission, SubmissionStore } from '@chartseal/ports';
import type { Database, Statement } from '../database/database.ts';

type Row = { readonly transaction_id: string; readonly purpose: string; readonly signed: Buffer };

const toSubmission = ({ transaction_id: transactionId, purpose, signed }: Row): Submission => ({
  transactionId,
  purpose,
  signed: new Uint8Array(signed),
});

const unsettled = `
select transaction_id, purpose, signed from (
  select distinct on (purpose) position, transaction_id, purpose, signed, kept_at from submission order by purpose, position desc
) as newest
where kept_at <= clock_timestamp() - $1::double precision * interval '1 millisecond'
order by position
limit $2`;

const settled = `
delete from submission using submission as known
where known.transaction_id = $1 and submission.purpose = known.purpose and submission.position <= known.position`;

/** Sent transactions as rows. */
export const postgresSubmissionStore = (database: Database): SubmissionStore => {
  const write = async (statement: Statement): Promise<void> => void (await database.write(statement));
  return {
    keep: ({ transactionId, purpose, signed }) =>
      write({
        name: 'keep submission',
        text: `insert into submission (transaction_id, purpose, signed) values ($1, $2, $3) on conflict (transaction_id) do nothing`,
        values: [transactionId, purpose, Buffer.from(signed)],
      }),
    settled: (transactionId) => write({ name: 'settle submission', text: settled, values: [transactionId] }),
    unsettled: async (olderThanMs, limit) =>
      (await database.read<Row>({ text: unsettled, values: [olderThanMs, limit] })).map(toSubmission),
    count: async () => {
      const [row] = await database.read<{ count: string }>({ text: 'select count(*) as count from submission' });
      return Number(row?.count ?? 0);
    },
  };
};

import type { BreakGlassReview, BreakGlassStore, HeldBreakGlass } from '@chartseal/ports';
import { lockNumber } from '../database/advisory-lock.ts';
import type { Database, Queryable } from '../database/database.ts';
import { asChartsealError } from '../database/pg-error.ts';

type Row = {
  readonly access_id: string;
  readonly organization: string;
  readonly patient_id: string;
  readonly handle: string;
  readonly reason: string;
  readonly commitment_key: Buffer;
  readonly opened_at: string;
  readonly expires_at: string;
  readonly transaction_id: string | null;
  readonly block_number: string | null;
  readonly reviewed_by: string | null;
  readonly outcome: BreakGlassReview['outcome'] | null;
  readonly note: string | null;
  readonly reviewed_at: string | null;
};

const reviewOf = ({ reviewed_by: by, outcome, note, reviewed_at: at }: Row): { readonly review?: BreakGlassReview } =>
  outcome === null ? {} : { review: { by: by ?? '', outcome, note: note ?? '', at: Number(at) } };

const toHeld = (row: Row): HeldBreakGlass => ({
  accessId: row.access_id,
  organization: row.organization,
  patientId: row.patient_id,
  handle: row.handle,
  reason: row.reason,
  commitmentKey: new Uint8Array(row.commitment_key),
  openedAt: Number(row.opened_at),
  expiresAt: Number(row.expires_at),
  ledger:
    row.transaction_id === null
      ? { state: 'pending' }
      : { state: 'committed', transactionId: row.transaction_id, blockNumber: Number(row.block_number) },
  ...reviewOf(row),
});

/** Within a transaction, one at a time for each organisation and Patient. */
const open = async (on: Queryable, access: HeldBreakGlass): Promise<HeldBreakGlass> => {
  const { accessId, organization, patientId, handle, reason, commitmentKey, openedAt, expiresAt } = access;
  const lock = lockNumber('break-glass', `${organization} ${patientId}`);
  await on.query({ text: 'select pg_advisory_xact_lock($1)', values: [lock] });
  const [known] = await on.query<Row>({
    text: `select * from break_glass where patient_id = $1 and organization = $2 and expires_at > $3
      order by expires_at desc limit 1`,
    values: [patientId, organization, openedAt],
  });
  if (known !== undefined) return toHeld(known);
  await on.query({
    text: `insert into break_glass (access_id, organization, patient_id, handle, reason, commitment_key, opened_at, expires_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    values: [accessId, organization, patientId, handle, reason, Buffer.from(commitmentKey), openedAt, expiresAt],
  });
  return access;
};

const review = async (
  on: Queryable,
  accessId: string,
  { by, outcome, note, at }: BreakGlassReview,
): ReturnType<BreakGlassStore['review']> => {
  const recorded = await on.query({
    text: `update break_glass set reviewed_by = $2, outcome = $3, note = $4, reviewed_at = $5
      where access_id = $1 and reviewed_at is null returning access_id`,
    values: [accessId, by, outcome, note, at],
  });
  if (recorded.length > 0) return 'recorded';
  const known = await on.query({ text: 'select access_id from break_glass where access_id = $1', values: [accessId] });
  return known.length > 0 ? 'reviewed-before' : 'unknown';
};

/** On a table. */
export const postgresBreakGlassStore = (database: Database): BreakGlassStore => {
  const transaction = async <T>(work: (on: Queryable) => Promise<T>): Promise<T> => {
    try {
      return await database.transaction(work);
    } catch (error) {
      throw asChartsealError(error);
    }
  };
  return {
    open: (access) => transaction((on) => open(on, access)),

    settle: (accessId, { transactionId, blockNumber }) =>
      transaction(async (on) => {
        await on.query({
          text: 'update break_glass set transaction_id = $2, block_number = $3 where access_id = $1 and transaction_id is null',
          values: [accessId, transactionId, blockNumber],
        });
      }),

    current: async (organization, patientId, now) => {
      const [row] = await database.read<Row>({
        name: 'break-glass-current',
        text: `select * from break_glass where patient_id = $1 and organization = $2 and expires_at > $3
          and transaction_id is not null order by expires_at desc limit 1`,
        values: [patientId, organization, now],
      });
      return row && toHeld(row);
    },

    list: async (which, limit) => {
      const text = `select * from break_glass where $1 = 'all' or reviewed_at is null order by position desc limit $2`;
      return (await database.read<Row>({ text, values: [which, limit] })).map(toHeld);
    },

    review: (accessId, given) => transaction((on) => review(on, accessId, given)),

    unreviewed: async (now) => {
      const text = 'select count(*) from break_glass where reviewed_at is null and expires_at <= $1';
      const [row] = await database.read<{ count: string }>({ text, values: [now] });
      return Number(row?.count ?? 0);
    },
  };
};

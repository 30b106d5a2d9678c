import type { EnrolmentOffer, PatientHandle } from '@chartseal/ports';
import { lockNumber } from '../database/advisory-lock.ts';
import type { Queryable } from '../database/database.ts';

export type OfferRow = {
  readonly code_hash: string;
  readonly handle: string;
  readonly patient_id: string;
  readonly expires_at: string;
};

export const toOffer = (row: OfferRow): EnrolmentOffer => ({
  codeHash: row.code_hash,
  handle: row.handle,
  patientId: row.patient_id,
  expiresAt: Number(row.expires_at),
});

/** Within a transaction. */
export async function offer(
  transaction: Queryable,
  { codeHash, handle, patientId, expiresAt }: EnrolmentOffer,
): Promise<void> {
  await transaction.query({
    text: `insert into patient_handle (handle, patient_id, state) values ($1, $2, 'offered')`,
    values: [handle, patientId],
  });
  await transaction.query({
    text: 'insert into enrolment_offer (code_hash, handle, patient_id, expires_at) values ($1, $2, $3, $4)',
    values: [codeHash, handle, patientId, expiresAt],
  });
}

export type Redeemed = { readonly handle: PatientHandle; readonly closed: readonly string[] };

/** Within a transaction; one at a time for each Patient. Codes offered meanwhile for the same Patient end with it. */
export async function redeem(
  transaction: Queryable,
  codeHash: string,
  enrolmentJws: string,
  now: number,
): Promise<Redeemed | undefined> {
  const [used] = await transaction.query<OfferRow>({
    text: 'delete from enrolment_offer where code_hash = $1 and expires_at > $2 returning *',
    values: [codeHash, now],
  });
  if (used === undefined) return undefined;
  const { handle, patient_id: patientId } = used;
  const lock = lockNumber('patient', patientId);
  await transaction.query({ text: 'select pg_advisory_xact_lock($1)', values: [lock] });
  const own = { text: 'select state from patient_handle where handle = $1', values: [handle] };
  const [found] = await transaction.query<{ state: string }>(own);
  if (found?.state !== 'offered') return undefined;
  const others = await transaction.query<{ handle: string; state: string }>({
    text: `select handle, state from patient_handle where patient_id = $1 and handle <> $2 and state <> 'closed'`,
    values: [patientId, handle],
  });
  await transaction.query({
    text: `update patient_handle set state = 'closed' where handle = any($1::text[])`,
    values: [others.map((other) => other.handle)],
  });
  await transaction.query({
    text: `update patient_handle set state = 'open', enrolment_jws = $2 where handle = $1`,
    values: [handle, enrolmentJws],
  });
  const closed = others.filter(({ state }) => state === 'open').map((other) => other.handle);
  return { handle: { handle, patientId, state: 'open' }, closed };
}

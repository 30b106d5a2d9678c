import { createHash } from 'node:crypto';
import { textArray } from '../database/binary-array.ts';
import type { Queryable } from '../database/database.ts';

/** As the consent service names the custodian's own end of a handle, so that both are one. */
const closingDigest = (handle: string): string => createHash('sha256').update(`close\n${handle}\n`).digest('base64url');

/**
 * What a Patient said here, of whom nothing is left: handles are closed, here at once and on the ledger as soon as it can be told; terms and keys
 * go, signatures stay, which name handles alone; and no handle can be joined to the person any more. Within a transaction.
 */
export async function destroySay(transaction: Queryable, patientId: string, erasedAt: number): Promise<void> {
  const rows = await transaction.query<{ handle: string; state: string }>({
    text: 'select handle, state from patient_handle where patient_id = $1 for update',
    values: [patientId],
  });
  const handles = textArray(rows.map(({ handle }) => handle));
  const open = rows.filter(({ state }) => state === 'open').map(({ handle }) => handle);
  await transaction.query({
    text: `insert into directive (handle, digest, operation, jws, received_at, state)
      select handle, digest, 'close', '', $3, 'pending' from unnest($1::text[], $2::text[]) as t (handle, digest)
      on conflict do nothing`,
    values: [textArray(open), textArray(open.map(closingDigest)), erasedAt],
  });
  await transaction.query({ text: 'delete from enrolment_offer where handle = any($1::text[])', values: [handles] });
  await transaction.query({
    text: `delete from consent_reach where directive in (select position from directive where handle = any($1::text[]))`,
    values: [handles],
  });
  await transaction.query({
    text: `update directive set consent_text = null, commitment_key = null where handle = any($1::text[])`,
    values: [handles],
  });
  await transaction.query({
    text: `update patient_handle set patient_id = '', state = 'closed' where handle = any($1::text[])`,
    values: [handles],
  });
  await transaction.query({
    text: `update break_glass set patient_id = '', reason = '', commitment_key = '', note = case when note is null then null else '' end
      where patient_id = $1`,
    values: [patientId],
  });
}

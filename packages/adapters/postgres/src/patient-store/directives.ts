import type { HeldDirective, OutboxEvent } from '@chartseal/ports';
import { lockNumber } from '../database/advisory-lock.ts';
import type { Queryable } from '../database/database.ts';
import { addToOutbox } from '../record-store/outbox-rows.ts';

export type DirectiveRow = {
  readonly handle: string;
  readonly digest: string;
  readonly operation: HeldDirective['operation'];
  readonly jws: string;
  readonly consent_id: string | null;
  readonly sequence: string | null;
  readonly consent_text: string | null;
  readonly commitment_key: Buffer | null;
  readonly received_at: string;
  readonly state: HeldDirective['ledger']['state'];
  readonly transaction_id: string | null;
  readonly block_number: string | null;
};

const ledgerOf = ({
  state,
  transaction_id: transactionId,
  block_number: blockNumber,
}: DirectiveRow): HeldDirective['ledger'] =>
  state === 'committed' ? { state, transactionId: transactionId ?? '', blockNumber: Number(blockNumber) } : { state };

export const toDirective = (row: DirectiveRow): HeldDirective => ({
  handle: row.handle,
  digest: row.digest,
  operation: row.operation,
  jws: row.jws,
  ...(row.consent_id === null ? {} : { consentId: row.consent_id }),
  ...(row.sequence === null ? {} : { sequence: Number(row.sequence) }),
  ...(row.consent_text === null ? {} : { consentText: row.consent_text }),
  ...(row.commitment_key === null ? {} : { commitmentKey: new Uint8Array(row.commitment_key) }),
  receivedAt: Number(row.received_at),
  ledger: ledgerOf(row),
});

/** Within a transaction: what is held of that payload, this or what was there. */
export async function hold(transaction: Queryable, directive: HeldDirective): Promise<HeldDirective> {
  const { handle, digest, operation, jws, consentId, sequence, consentText, commitmentKey, receivedAt, ledger } =
    directive;
  const committed = ledger.state === 'committed' ? ledger : undefined;
  await transaction.query({
    text: `insert into directive (handle, digest, operation, jws, consent_id, sequence, consent_text, commitment_key,
        received_at, state, transaction_id, block_number)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (handle, digest) do nothing`,
    values: [
      handle,
      digest,
      operation,
      jws,
      consentId ?? null,
      sequence ?? null,
      consentText ?? null,
      commitmentKey === undefined ? null : Buffer.from(commitmentKey),
      receivedAt,
      ledger.state,
      committed?.transactionId ?? null,
      committed?.blockNumber ?? null,
    ],
  });
  const text = 'select * from directive where handle = $1 and digest = $2';
  const [row] = await transaction.query<DirectiveRow>({ text, values: [handle, digest] });
  return row === undefined ? directive : toDirective(row);
}

/** Within a transaction. What was settled once stays as it is. */
export async function settle(
  transaction: Queryable,
  { handle, digest }: Pick<HeldDirective, 'handle' | 'digest'>,
  ledger: HeldDirective['ledger'],
  events: readonly OutboxEvent[],
): Promise<void> {
  if (ledger.state === 'pending') return;
  // The outbox keeps a handle's events in the order in which they were settled.
  await transaction.query({ text: 'select pg_advisory_xact_lock($1)', values: [lockNumber('handle', handle)] });
  const committed = ledger.state === 'committed' ? ledger : undefined;
  const settled = await transaction.query({
    text: `update directive set state = $3, transaction_id = $4, block_number = $5
      where handle = $1 and digest = $2 and state = 'pending' returning position`,
    values: [handle, digest, ledger.state, committed?.transactionId ?? null, committed?.blockNumber ?? null],
  });
  if (settled.length > 0) await addToOutbox(transaction, events);
}

import type { HeldDirective } from '@chartseal/ports';
import type { Queryable } from '../database/database.ts';

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

const insert = `insert into directive (handle, digest, operation, jws, consent_id, sequence, consent_text, commitment_key,
    received_at, state, transaction_id, block_number)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict (handle, digest)`;

const valuesOf = (directive: HeldDirective): readonly unknown[] => {
  const { handle, digest, operation, jws, consentId, sequence, consentText, commitmentKey, receivedAt, ledger } =
    directive;
  const committed = ledger.state === 'committed' ? ledger : undefined;
  return [
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
  ];
};

/** Within a transaction: what is held of that payload, this or what was there. */
export async function hold(transaction: Queryable, directive: HeldDirective): Promise<HeldDirective> {
  await transaction.query({
    text: `${insert} do update set consent_text = excluded.consent_text, commitment_key = excluded.commitment_key
      where directive.operation = 'put' and directive.consent_text is null and excluded.consent_text is not null`,
    values: valuesOf(directive),
  });
  const text = 'select * from directive where handle = $1 and digest = $2';
  const [row] = await transaction.query<DirectiveRow>({ text, values: [directive.handle, directive.digest] });
  return row === undefined ? directive : toDirective(row);
}

/** Within a transaction: the ledger has accepted it, whatever was held of it. */
export async function accept(transaction: Queryable, directive: HeldDirective): Promise<void> {
  await transaction.query({
    text: `${insert} do update set state = excluded.state, transaction_id = excluded.transaction_id,
      block_number = excluded.block_number where directive.state <> 'committed'`,
    values: valuesOf(directive),
  });
}

/** What was settled once stays as it is. */
export async function settle(
  queryable: Queryable,
  { handle, digest }: Pick<HeldDirective, 'handle' | 'digest'>,
  ledger: HeldDirective['ledger'],
): Promise<void> {
  if (ledger.state === 'pending') return;
  const committed = ledger.state === 'committed' ? ledger : undefined;
  await queryable.query({
    text: `update directive set state = $3, transaction_id = $4, block_number = $5
      where handle = $1 and digest = $2 and state = 'pending'`,
    values: [handle, digest, ledger.state, committed?.transactionId ?? null, committed?.blockNumber ?? null],
  });
}

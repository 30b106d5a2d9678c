/** How far each follower of the ledger has come. */
export const ledgerCursor = `
create table ledger_cursor (
  follower text primary key,
  block_number bigint not null,
  transaction_id text not null
) with (fillfactor = 50);
`;

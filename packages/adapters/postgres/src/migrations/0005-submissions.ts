/** Transactions that were sent to the ledger and whose commit was not seen yet. */
export const submissions = `
create table submission (
  position bigint generated always as identity primary key,
  transaction_id text not null unique,
  purpose text not null,
  signed bytea not null,
  kept_at timestamptz not null default clock_timestamp()
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
create index submission_by_purpose on submission (purpose, position);
`;

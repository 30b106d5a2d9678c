/**
 * What was erased, and what the ledger was told of it. `version.erased_ms`: when content and key were destroyed; the row is told as a deletion by
 * releases that do not know the column, too. `erasure.finished_ms`: since when the server's files hold nothing of it.
 *
 * The columns that hold content have no statistics: those would be samples of it in another table.
 */
export const erasures = `
alter table version add column erased_ms bigint, alter column content set statistics 0;
alter table directive alter column consent_text set statistics 0;
alter table break_glass alter column reason set statistics 0, alter column note set statistics 0;
alter table import_error alter column outcome set statistics 0;

create table erasure (
  erasure_id text primary key,
  erased_at bigint not null,
  finished_ms bigint,
  position bigint generated always as identity
);

create table erasure_statement (
  statement_hash text primary key,
  erasure_id text not null references erasure,
  log text not null,
  note text not null,
  transaction_id text not null,
  block_number bigint not null,
  receipt text not null,
  position bigint generated always as identity
);

create table erased_version (
  record bigint not null,
  version_id integer not null,
  erasure_id text not null references erasure,
  log text not null,
  statement_hash text references erasure_statement,
  primary key (record, version_id)
);
create index erased_version_unstated on erased_version (erasure_id, log) where statement_hash is null;
`;

/**
 * Records, what finds them, and the outbox. `term` and `date_term` hold hashes (record-store/terms.ts), for the newest
 * version alone: they can be made again from the content. Content is text, for jsonb would rewrite its numbers.
 * Foreign keys on the index tables would cost a third of the write rate; `StoreInspection` finds orphans.
 */
export const records = `
create sequence record_block;

create table record (
  id bigint primary key,
  resource_type text not null,
  logical_id text not null,
  handle text not null unique,
  version_id integer not null,
  deleted boolean not null,
  last_updated bigint not null,
  log text not null,
  unique (resource_type, logical_id)
) with (fillfactor = 90);
create index record_by_type on record (resource_type, id);
create index record_by_time on record (resource_type, last_updated, id);

create table version (
  record bigint not null references record,
  version_id integer not null,
  deleted boolean not null,
  last_updated bigint not null,
  log text not null,
  commitment_key bytea not null,
  commitment bytea not null,
  content text not null,
  primary key (record, version_id)
);

create table term (
  term uuid not null,
  qualifier uuid not null,
  record bigint not null,
  primary key (term, record, qualifier)
);
create index term_by_record on term (record);

create table date_term (
  term uuid not null,
  start_ms bigint not null,
  end_ms bigint not null,
  record bigint not null
);
create index date_term_by_start on date_term (term, start_ms, end_ms, record);
create index date_term_by_record on date_term (record, term);

create table outbox (
  position bigint generated always as identity primary key,
  topic text not null,
  key text not null,
  value text not null
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
`;

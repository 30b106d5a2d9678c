/**
 * What finds a record by strings, numbers and composites (record-store/index/index-rows.ts), ADR 0022. Like `term` for the newest version alone, to
 * be made again from its content. A btree takes 2.7 kB: `value` is as much as that allows, `whole` the text
 * where that is longer.
 *
 * `record.facets`: what is asked of a record that was found otherwise: `s` what it is sorted by, the least and the greatest or both at once, `p` the
 * other parameters that have a value, `r` what it references. `indexed_version` and `index_generation`: from what its index was made; code of schema 9 writes neither.
 *
 * Columns come last: from then on readers wait until the whole is committed.
 */
export const searchIndex = `
create index if not exists version_by_time on version (last_updated, record, version_id);

create index if not exists date_term_by_end on date_term (term, end_ms, record);

create table string_term (
  term uuid not null,
  value text collate "C" not null,
  whole text,
  exact uuid,
  qualifier uuid,
  part integer,
  record bigint not null
);
create index string_term_by_value on string_term (term, value, record);
create index string_term_by_record on string_term (record, term);

create table number_term (
  term uuid not null,
  low numeric not null,
  high numeric not null,
  units uuid[],
  qualifier uuid,
  part integer,
  record bigint not null
);
create index number_term_by_low on number_term (term, low, high, record);
create index number_term_by_high on number_term (term, high, record) where low <> high;
create index number_term_by_record on number_term (record, term);

create table token_term (
  term uuid not null,
  value uuid not null,
  system uuid not null,
  qualifier uuid,
  part integer,
  record bigint not null
);
create index token_term_by_value on token_term (term, value, record);
create index token_term_by_record on token_term (record, term);

alter table date_term add column qualifier uuid, add column part integer;
alter table record
  add column facets jsonb,
  add column index_generation integer not null default 0,
  add column indexed_version integer not null default 0;
create index if not exists record_by_index on record
  ((case when indexed_version = version_id then index_generation else 0 end));
`;

/** Imports in bulk: jobs, what was uploaded for them, and the lines that were not taken. */
export const imports = `
create table import_job (
  id text primary key,
  place bigint generated always as identity unique,
  revision bigint not null,
  accepted_at timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  job text not null,
  progress text not null
) with (fillfactor = 50);
create index import_job_waiting on import_job (place) where finished_at is null;

create table import_upload (
  job text not null,
  at bigint not null,
  received_at timestamptz not null default clock_timestamp(),
  bytes bytea not null,
  primary key (job, at)
);
alter table import_upload alter column bytes set storage external;

create table import_error (
  job text not null references import_job (id) on delete cascade,
  input integer not null,
  line bigint not null,
  outcome text not null,
  primary key (job, input, line)
);
`;

/** How far the records of another FHIR server were taken over, which records are whose, and what was not taken. */
export const upstream = `
create table upstream_checkpoint (
  upstream text not null,
  resource_type text not null,
  revision bigint not null,
  checkpoint text not null,
  primary key (upstream, resource_type)
) with (fillfactor = 50);

create table upstream_record (
  resource_type text not null,
  id text not null,
  upstream text not null,
  -- Null: claimed, and not known to be written. Empty: deleted there.
  seen bytea,
  primary key (resource_type, id)
);

create table upstream_refused (
  upstream text not null,
  resource_type text not null,
  id text not null,
  seen bytea not null,
  reason text not null,
  refused_at timestamptz not null default clock_timestamp(),
  primary key (upstream, resource_type, id)
);
`;

/** Which handle is which Patient, what patients signed, and which systems of the hospital may call. */
export const patientsAndClients = `
create table patient_handle (
  handle text primary key,
  patient_id text not null,
  state text not null check (state in ('offered', 'open', 'closed')),
  enrolment_jws text,
  created bigint generated always as identity
);
create index patient_handle_by_patient on patient_handle (patient_id, created);
create unique index patient_handle_open on patient_handle (patient_id) where state = 'open';

create table enrolment_offer (
  code_hash text primary key,
  handle text not null references patient_handle,
  patient_id text not null,
  expires_at bigint not null
);

create table directive (
  position bigint generated always as identity primary key,
  handle text not null,
  digest text not null,
  operation text not null,
  jws text not null,
  consent_id text,
  sequence bigint,
  consent_text text,
  commitment_key bytea,
  received_at bigint not null,
  state text not null check (state in ('pending', 'refused', 'committed')),
  transaction_id text,
  block_number bigint,
  unique (handle, digest)
);
create index directive_pending on directive (position) where state = 'pending';

create table own_client (
  client_id text primary key,
  name text not null,
  jwks text not null,
  scope text not null,
  purpose_of_use text not null
);

create table used_jti (
  id uuid primary key,
  expires_at bigint not null
);
create index used_jti_by_expiry on used_jti (expires_at);
`;

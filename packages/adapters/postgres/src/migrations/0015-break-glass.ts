/** The emergencies in which other organisations were let in. One at a time for each organisation and Patient, which a lock sees to. */
export const breakGlass = `
create table break_glass (
  access_id text primary key,
  organization text not null,
  patient_id text not null,
  handle text not null,
  reason text not null,
  commitment_key bytea not null,
  opened_at bigint not null,
  expires_at bigint not null,
  transaction_id text,
  block_number bigint,
  reviewed_by text,
  outcome text check (outcome in ('justified', 'not-justified')),
  note text,
  reviewed_at bigint,
  position bigint generated always as identity
);
create index break_glass_by_patient on break_glass (patient_id, organization, expires_at);
create index break_glass_unreviewed on break_glass (expires_at) where reviewed_at is null;
`;

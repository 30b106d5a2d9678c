/** Contents of Binaries. The version's own content names their hash, and its commitment covers that. */
export const binaries = `
create table binary_content (
  record bigint not null,
  version_id integer not null,
  bytes bytea not null,
  primary key (record, version_id),
  foreign key (record, version_id) references version
);
alter table binary_content alter column bytes set storage external;
`;

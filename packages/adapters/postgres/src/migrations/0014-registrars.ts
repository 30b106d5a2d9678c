/** Keys of the custodian's own people that attest what patients without a key have said. One that was taken away stays, for what it signed. */
export const registrars = `
create table registrar (
  x text not null,
  y text not null,
  registrar text not null,
  until_ms bigint,
  created bigint generated always as identity,
  primary key (x, y, registrar)
);
`;

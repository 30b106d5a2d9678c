/** Tasks that one process at a time does, and until when by this server's clock. */
export const leases = `
create table lease (
  task text primary key,
  holder text not null,
  ends_at timestamptz not null
) with (fillfactor = 50);
`;

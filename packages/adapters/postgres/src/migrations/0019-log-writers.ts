/**
 * Who writes each log on the ledger, as this store knows it: `writer` the last that the ledger took, `next_writer` whom it was told of and may
 * have taken. `generation`: 1, and one more for each successor of the log.
 */
export const logWriters = `
alter table log_writer
  add column writer text,
  add column next_writer text,
  add column generation integer not null default 1;
`;

/** The Merkle logs: writers and heads, leaves, the widest tile of each place, checkpoints. */
export const logs = `
create table log_writer (
  log text primary key,
  epoch bigint not null,
  tree_size bigint not null default 0,
  state text not null default ''
) with (fillfactor = 50);

create table leaf (
  log text not null,
  leaf_index bigint not null,
  handle text not null,
  version_id integer not null,
  primary key (log, leaf_index),
  unique (handle, version_id)
);

create table tile (
  log text not null,
  level integer not null,
  index bigint not null,
  width integer not null,
  data bytea not null,
  primary key (log, level, index)
) with (fillfactor = 80);

create table checkpoint (
  log text primary key,
  tree_size bigint not null,
  note text not null
) with (fillfactor = 50);

create table anchored_checkpoint (
  log text not null,
  tree_size bigint not null,
  note text not null,
  transaction_id text not null,
  block_number bigint not null,
  receipt text not null,
  primary key (log, tree_size)
);
`;

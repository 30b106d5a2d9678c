/**
 * As a witness: the newest tree cosigned of each log, those before it, and the forks shown. As one that is witnessed: the cosignatures of own
 * checkpoints, and the keys of the witnesses as they were first seen.
 */
export const witness = `
create table witnessed_log (
  origin text primary key,
  tree_size bigint not null
);
create table witnessed_tree (
  origin text not null references witnessed_log,
  tree_size bigint not null,
  root_hash text not null,
  note text not null,
  primary key (origin, tree_size)
);
create table witnessed_fork (
  origin text not null,
  tree_size bigint not null,
  root_hash text not null,
  kind text not null check (kind in ('equivocation', 'unproven')),
  note text not null,
  against text not null,
  old_size bigint not null,
  proof text not null,
  seen_at bigint not null,
  position bigint generated always as identity,
  primary key (origin, tree_size, root_hash)
);
create table cosignature (
  log text not null,
  tree_size bigint not null,
  root_hash text not null,
  witness text not null,
  line text not null,
  primary key (log, tree_size, root_hash, witness)
);
create table witness_key (
  organization text not null,
  witness_url text not null,
  verifier_key text not null,
  primary key (organization, witness_url)
);
`;

/**
 * Topics with one partition each. Positions of a topic are given out under the lock of its row, so that they become
 * visible in order and without gaps: a reader that goes by position cannot miss an event that commits late.
 */
export const events = `
create table topic (
  id integer generated always as identity primary key,
  name text not null unique,
  next_position bigint not null default 0
);

create table event (
  topic integer not null references topic,
  position bigint not null,
  key text not null,
  value text not null,
  published_at bigint not null,
  primary key (topic, position)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000);

create table consumer_group (
  name text not null,
  topic integer not null references topic,
  committed bigint not null default 0,
  primary key (name, topic)
) with (fillfactor = 50);
`;

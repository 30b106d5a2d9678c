import type { OutgoingEvent } from '@chartseal/ports';
import { bigintArray, integerArray, textArray } from '../database/binary-array.ts';
import type { Database, Statement } from '../database/database.ts';
import { isTransient } from '../database/pg-error.ts';
import { headersColumn } from './event-headers.ts';
import type { Topics } from './topics.ts';

/** The topic's row stays locked until the commit: positions appear in order, and none is skipped. */
const text = `with taken as (
    update topic set next_position = next_position + c.number
    from unnest($1::integer[], $2::bigint[]) as c (id, number)
    where topic.id = c.id returning topic.id, next_position - c.number as first)
  insert into event (topic, position, key, value, headers, published_at)
  select taken.id, taken.first + e.place, e.key, e.value, e.headers, $8::bigint
  from unnest($3::integer[], $4::bigint[], $5::text[], $6::text[], $7::text[]) as e (topic, place, key, value, headers)
  join taken on taken.id = e.topic`;

const statementOf = (events: readonly OutgoingEvent[], ids: ReadonlyMap<string, number>, now: number): Statement => {
  const counts = new Map<number, number>();
  const placed = events.map((event) => {
    const topic = ids.get(event.topic) ?? 0;
    const place = counts.get(topic) ?? 0;
    counts.set(topic, place + 1);
    return { ...event, topic, place };
  });
  const values = [
    integerArray([...counts.keys()]),
    bigintArray([...counts.values()]),
    integerArray(placed.map(({ topic }) => topic)),
    bigintArray(placed.map(({ place }) => place)),
    textArray(placed.map(({ key }) => key)),
    textArray(placed.map(({ value }) => value)),
    headersColumn(events),
    now,
  ];
  return { name: 'publish', text, values };
};

const attempts = 5;

/** One statement, one transaction: all of them or none. Rejects with the driver's error. */
export async function publish(
  events: readonly OutgoingEvent[],
  { database, topics, now }: { readonly database: Database; readonly topics: Topics; readonly now: number },
): Promise<void> {
  if (events.length === 0) return;
  const ids = new Map<string, number>();
  for (const { topic } of events) if (!ids.has(topic)) ids.set(topic, await topics.id(topic));
  const statement = statementOf(events, ids, now);
  for (let attempt = 1; ; attempt += 1) {
    try {
      await database.query(statement);
      return;
    } catch (error) {
      if (!isTransient(error) || attempt === attempts) throw error;
    }
  }
}

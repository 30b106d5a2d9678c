import type { OutboxEvent } from '@chartseal/ports';
import { textArray } from '../database/binary-array.ts';
import type { Queryable } from '../database/database.ts';

/** In the order given. Who writes for a key must hold what orders that key's rows until the transaction ends. */
export async function addToOutbox(transaction: Queryable, events: readonly OutboxEvent[]): Promise<void> {
  if (events.length === 0) return;
  await transaction.query({
    name: 'add-to-outbox',
    text: `insert into outbox (topic, key, value)
      select topic, key, value from unnest($1::text[], $2::text[], $3::text[]) with ordinality
        as t (topic, key, value, place) order by place`,
    values: [
      textArray(events.map(({ topic }) => topic)),
      textArray(events.map(({ key }) => key)),
      textArray(events.map(({ value }) => value)),
    ],
  });
}

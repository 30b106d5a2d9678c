import type { OutboxEvent } from '@chartseal/ports';
import { textArray } from '../database/binary-array.ts';
import type { Queryable } from '../database/database.ts';
import { headersColumn } from '../event-log/event-headers.ts';

/** Topics, keys, values and headers, each in the order of the events. */
export const eventColumns = (events: readonly OutboxEvent[]): readonly Buffer[] => [
  textArray(events.map(({ topic }) => topic)),
  textArray(events.map(({ key }) => key)),
  textArray(events.map(({ value }) => value)),
  headersColumn(events),
];

/** In the order given. Who writes for a key must hold what orders that key's rows until the transaction ends. */
export async function addToOutbox(transaction: Queryable, events: readonly OutboxEvent[]): Promise<void> {
  if (events.length === 0) return;
  await transaction.query({
    name: 'add-to-outbox',
    text: `insert into outbox (topic, key, value, headers)
      select topic, key, value, headers from unnest($1::text[], $2::text[], $3::text[], $4::text[]) with ordinality
        as t (topic, key, value, headers, place) order by place`,
    values: eventColumns(events),
  });
}

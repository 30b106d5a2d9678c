import type { ReceivedEvent } from '@chartseal/ports';
import type { Database } from '../database/database.ts';
import { asChartsealError } from '../database/pg-error.ts';
import { toReceived, type EventRow } from './event-rows.ts';

const batchSize = 500;

/** Positions become visible in order: what is below the topic's next position is there, or was pruned. */
async function endOf(database: Database, topic: string): Promise<{ id: number; end: string } | undefined> {
  const text = 'select id, next_position as end from topic where name = $1';
  const [row] = await database.read<{ id: number; end: string }>({ text, values: [topic] });
  return row;
}

const orFail = async <T>(asked: Promise<T>): Promise<T> => {
  try {
    return await asked;
  } catch (error) {
    throw asChartsealError(error);
  }
};

/** All of a topic as it is now, page by page; joins no group. */
export async function read(
  database: Database,
  topic: string,
  handler: (batch: readonly ReceivedEvent[]) => Promise<void>,
): Promise<void> {
  const found = await orFail(endOf(database, topic));
  if (found === undefined) return;
  for (let from = '0'; ;) {
    const rows = await orFail(
      database.read<EventRow>({
        name: 'read-topic',
        text: `select position, key, value, headers from event
          where topic = $1 and position >= $2 and position < $3 order by position limit $4`,
        values: [found.id, from, found.end, batchSize],
      }),
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    await handler(toReceived(topic, rows));
    from = String(BigInt(last.position) + 1n);
  }
}

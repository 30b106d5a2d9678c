import type { Queryable } from '../database/database.ts';

const batch = 10_000;

/**
 * Removes events of a topic that every group has committed and that are older than `before` (milliseconds since the
 * epoch). While nobody has subscribed to a topic, all of it stays: the first group gets every event.
 */
export async function prune(queryable: Queryable, topicId: number, before: number): Promise<void> {
  await queryable.query({
    name: 'prune-events',
    text: `delete from event where topic = $1 and position in (
        select position from event where topic = $1 and published_at < $2
          and position < (select min(committed) from consumer_group where topic = $1)
        order by position limit ${batch})`,
    values: [topicId, before],
  });
}

import { setTimeout as sleep } from 'node:timers/promises';
import { ChartsealError, type Lag } from '@chartseal/ports';
import type { Database } from '../database/database.ts';
import { asChartsealError } from '../database/pg-error.ts';

const patienceMs = 2000;

/** What was pruned was committed by every group that is known; a group that is not counts from the oldest that is kept. */
const statementOf = (group: string, topics: readonly string[]) => ({
  name: 'group-lag',
  text: `select asked.topic, coalesce(t.next_position - greatest(g.committed, oldest.position), 0) as events
    from unnest($2::text[]) as asked (topic)
    left join topic t on t.name = asked.topic
    left join consumer_group g on g.topic = t.id and g.name = $1
    left join lateral (select position from event where topic = t.id order by position limit 1) oldest on true`,
  values: [group, [...topics]],
});

/** Rejects with `store-unavailable` when the store does not answer in time. */
export async function lag(database: Database, group: string, topics: readonly string[]): Promise<readonly Lag[]> {
  const enough = new AbortController();
  try {
    const asked = database.read<{ topic: string; events: string }>(statementOf(group, topics));
    const rows = await Promise.race([asked, sleep(patienceMs, 'late' as const, { signal: enough.signal })]);
    if (rows === 'late') throw new ChartsealError('store-unavailable', 'the store did not answer in time');
    return rows.map(({ topic, events }) => ({ topic, partition: 0, events: Number(events) }));
  } catch (error) {
    throw asChartsealError(error);
  } finally {
    enough.abort();
  }
}

import type { Outbox, OutgoingEvent } from '@chartseal/ports';
import { bigintArray } from '../database/binary-array.ts';
import { lockNumber } from '../database/advisory-lock.ts';
import type { Database, Session } from '../database/database.ts';
import { asChartsealError } from '../database/pg-error.ts';
import { headersOf, type HeadersRow } from '../event-log/event-headers.ts';

type Row = Pick<OutgoingEvent, 'topic' | 'key' | 'value'> & HeadersRow & { readonly position: string };

const lock = lockNumber('outbox');

/**
 * Rows leave by being deleted, never by a remembered position: one that commits late with a lower position is simply the
 * oldest of the next round. Rows with the same key are written under that record's lock, hence in order.
 */
export function postgresOutbox(database: Database): Outbox & { close(): void } {
  let session: Session | undefined;
  let isDraining = false;

  const drop = (): void => {
    session?.release();
    session = undefined;
  };

  const move = async (
    on: Session,
    limit: number,
    publish: (events: readonly OutgoingEvent[]) => Promise<void>,
  ): Promise<number> => {
    const text = 'select position, topic, key, value, headers from outbox order by position limit $1';
    const rows = await on.query<Row>({ name: 'outbox-oldest', text, values: [limit] });
    if (rows.length === 0) return 0;
    await publish(rows.map(({ topic, key, value, headers }) => ({ topic, key, value, ...headersOf({ headers }) })));
    const positions = bigintArray(rows.map(({ position }) => Number(position)));
    await on.query({
      name: 'outbox-remove',
      text: 'delete from outbox where position = any($1::bigint[])',
      values: [positions],
    });
    return rows.length;
  };

  /** The lock belongs to the session, so that no transaction stays open while events are published. */
  const drainLocked = async (
    limit: number,
    publish: (events: readonly OutgoingEvent[]) => Promise<void>,
  ): Promise<number> => {
    if (session?.lost.aborted === true) drop();
    session ??= await database.session();
    const text = 'select pg_try_advisory_lock($1) as held';
    const [answer] = await session.query<{ held: boolean }>({ name: 'outbox-lock', text, values: [lock] });
    if (answer?.held !== true) return 0;
    try {
      return await move(session, limit, publish);
    } finally {
      // Also after a failure: the next drainer must not wait until the server has noticed a connection's end.
      await session.query({ name: 'outbox-unlock', text: 'select pg_advisory_unlock($1)', values: [lock] });
    }
  };

  return {
    drain: async (limit, publish) => {
      if (isDraining) return 0;
      isDraining = true;
      try {
        return await drainLocked(limit, publish);
      } catch (error) {
        drop();
        throw asChartsealError(error);
      } finally {
        isDraining = false;
      }
    },
    depth: async () => {
      const [row] = await database.read<{ depth: string }>({ text: 'select count(*) as depth from outbox' });
      return Number(row?.depth ?? 0);
    },
    close: drop,
  };
}

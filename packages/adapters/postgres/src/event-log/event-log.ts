import { EventEmitter } from 'node:events';
import type { EventLog } from '@chartseal/ports';
import type { Database, Session } from '../database/database.ts';
import { asChartsealError } from '../database/pg-error.ts';
import { consume, pause } from './consume.ts';
import { lag } from './lag.ts';
import { publish } from './publish.ts';
import { read } from './read.ts';
import { Topics } from './topics.ts';

export type EventLogOptions = {
  readonly clock: { now(): number };
  /** How soon events that another process published are seen; those of this process are at once. */
  readonly pollMs?: number;
  /** How long events that all groups have handled are kept for groups yet to come. */
  readonly retentionMs?: number;
};

const week = 7 * 24 * 60 * 60 * 1000;
const longestPauseMs = 5000;

/** The event log on tables: one partition a topic. */
export function postgresEventLog(database: Database, options: EventLogOptions): EventLog {
  const { clock, pollMs = 100, retentionMs = week } = options;
  const topics = new Topics(database);
  const published = new EventEmitter().setMaxListeners(0);

  return {
    publish: async (events) => {
      try {
        await publish(events, { database, topics, now: clock.now() });
      } catch (error) {
        throw asChartsealError(error);
      }
      published.emit('event');
    },

    read: (topic, handler) => read(database, topic, handler),

    lag: (group, names) => lag(database, group, names),

    subscribe: async (subscription, handler, signal) => {
      let failures = 0;
      const onProgress = (): void => {
        failures = 0;
      };
      while (!signal.aborted) {
        let session: Session | undefined;
        try {
          session = await database.session();
          const shared = { topicIds: topics, clock, retentionMs, pollMs, published };
          await consume({ ...subscription, ...shared, handler, signal, session, onProgress });
        } catch {
          // Whatever it was, the handler's or the store's: nothing was committed, the same events come again.
          failures += 1;
          await pause(Math.min(longestPauseMs, 50 * 2 ** failures), signal);
        } finally {
          session?.release();
        }
      }
    },
  };
}

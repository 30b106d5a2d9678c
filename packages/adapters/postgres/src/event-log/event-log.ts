import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventLog, ReceivedEvent } from '@chartseal/ports';
import type { Database, Session } from '../database/database.ts';
import { asChartsealError } from '../database/pg-error.ts';
import { Membership } from './membership.ts';
import { publish } from './publish.ts';
import { prune } from './retention.ts';
import { Topics } from './topics.ts';

export type EventLogOptions = {
  readonly clock: { now(): number };
  /** How soon events that another process published are seen; those of this process are at once. */
  readonly pollMs?: number;
  /** How long events that all groups have handled are kept for groups yet to come. */
  readonly retentionMs?: number;
};

type Handler = (batch: readonly ReceivedEvent[]) => Promise<void>;
type Subscription = { readonly group: string; readonly topics: readonly string[] };

const week = 7 * 24 * 60 * 60 * 1000;
const pruneEveryMs = 60_000;
const longestPauseMs = 5000;

/** The event log on tables: one partition a topic. */
export function postgresEventLog(database: Database, options: EventLogOptions): EventLog {
  const { clock, pollMs = 100, retentionMs = week } = options;
  const topics = new Topics(database);
  const published = new EventEmitter().setMaxListeners(0);

  const pause = (ms: number, signal: AbortSignal): Promise<unknown> =>
    sleep(ms, undefined, { signal }).catch(() => undefined);

  const wakeUp = async (signal: AbortSignal): Promise<void> => {
    const done = new AbortController();
    const either = AbortSignal.any([signal, done.signal]);
    await Promise.race([pause(pollMs, either), once(published, 'event', { signal: either }).catch(() => undefined)]);
    done.abort();
  };

  const join = async (
    subscription: Subscription,
    session: Session,
  ): Promise<readonly (readonly [number, Membership])[]> => {
    const members: (readonly [number, Membership])[] = [];
    for (const topic of subscription.topics) {
      const topicId = await topics.id(topic);
      const text = 'insert into consumer_group (name, topic) values ($1, $2) on conflict do nothing';
      await session.query({ text, values: [subscription.group, topicId] });
      members.push([topicId, new Membership({ group: subscription.group, topic, topicId }, session)]);
    }
    return members;
  };

  /** Handles what there is; false if there was nothing. */
  const handle = async (membership: Membership, handler: Handler): Promise<boolean> => {
    if (!(await membership.activate())) return false;
    const batch = await membership.next();
    const last = batch.at(-1);
    if (last === undefined) return false;
    await handler(batch);
    await membership.commit(last);
    return true;
  };

  /** Until the signal aborts; rejects if the handler does or the session is lost. */
  const consume = async (
    subscription: Subscription,
    handler: Handler,
    session: Session,
    signal: AbortSignal,
    onProgress: () => void,
  ): Promise<void> => {
    const members = await join(subscription, session);
    let prunedAt = clock.now();
    while (!signal.aborted) {
      let isIdle = true;
      for (const [, membership] of members) {
        if (signal.aborted) return;
        if (!(await handle(membership, handler))) continue;
        isIdle = false;
        onProgress();
      }
      if (clock.now() - prunedAt > pruneEveryMs) {
        prunedAt = clock.now();
        for (const [topicId] of members) await prune(session, topicId, prunedAt - retentionMs);
      }
      if (isIdle) await wakeUp(signal);
    }
  };

  return {
    publish: async (events) => {
      try {
        await publish(events, { database, topics, now: clock.now() });
      } catch (error) {
        throw asChartsealError(error);
      }
      published.emit('event');
    },

    subscribe: async (subscription, handler, signal) => {
      let failures = 0;
      while (!signal.aborted) {
        let session: Session | undefined;
        try {
          session = await database.session();
          await consume(subscription, handler, session, signal, () => {
            failures = 0;
          });
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

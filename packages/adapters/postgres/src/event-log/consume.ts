import { once } from 'node:events';
import type { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ReceivedEvent } from '@chartseal/ports';
import type { Session } from '../database/database.ts';
import { Membership } from './membership.ts';
import { prune } from './retention.ts';
import type { Topics } from './topics.ts';

export type Consumption = {
  readonly group: string;
  readonly topics: readonly string[];
  readonly handler: (batch: readonly ReceivedEvent[]) => Promise<void>;
  readonly signal: AbortSignal;
  /** Called for each batch that was handled and committed. */
  readonly onProgress: () => void;
  readonly session: Session;
  readonly topicIds: Topics;
  readonly clock: { now(): number };
  readonly retentionMs: number;
  readonly pollMs: number;
  /** Emits `event` when this process publishes. */
  readonly published: EventEmitter;
};

const pruneEveryMs = 60_000;

export const pause = async (ms: number, signal: AbortSignal): Promise<void> => {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
};

/** Resolves at the first publication after this call, after `pollMs`, or when the signal aborts. */
async function wakeUp({ published, pollMs, signal }: Consumption, done: AbortController): Promise<void> {
  const either = AbortSignal.any([signal, done.signal]);
  await Promise.race([pause(pollMs, either), once(published, 'event', { signal: either }).catch(() => undefined)]);
}

type Member = { readonly topicId: number; readonly membership: Membership };

async function join({ group, topics, topicIds, session }: Consumption): Promise<readonly Member[]> {
  const members: Member[] = [];
  for (const topic of topics) {
    const topicId = await topicIds.id(topic);
    const text = 'insert into consumer_group (name, topic) values ($1, $2) on conflict do nothing';
    await session.query({ text, values: [group, topicId] });
    members.push({ topicId, membership: new Membership({ group, topic, topicId }, session) });
  }
  return members;
}

type Progress = 'handled' | 'nothing';

async function handleNext(membership: Membership, { handler, onProgress }: Consumption): Promise<Progress> {
  if (!(await membership.activate())) return 'nothing';
  const batch = await membership.next();
  const last = batch.at(-1);
  if (last === undefined) return 'nothing';
  await handler(batch);
  await membership.commit(last);
  onProgress();
  return 'handled';
}

/** Until the signal aborts; rejects if the handler does or the session is lost. */
export async function consume(consumption: Consumption): Promise<void> {
  const { signal, clock, session, retentionMs } = consumption;
  const members = await join(consumption);
  let prunedAt = clock.now();
  while (!signal.aborted) {
    // Listened for before looking: what is published between the look and the wait wakes it too.
    const done = new AbortController();
    const awake = wakeUp(consumption, done);
    const progress = new Set<Progress>();
    try {
      for (const { membership } of members)
        if (!signal.aborted) progress.add(await handleNext(membership, consumption));
      if (!progress.has('handled')) await awake;
    } finally {
      done.abort();
    }
    if (clock.now() - prunedAt > pruneEveryMs) {
      prunedAt = clock.now();
      for (const { topicId } of members) await prune(session, topicId, prunedAt - retentionMs);
    }
  }
}

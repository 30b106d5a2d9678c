import type { EventLog, OutgoingEvent, ReceivedEvent } from '@chartseal/ports';
import { accessDecidedTopic, recordAcceptedTopic } from '@chartseal/server';
import { z } from 'zod';
import { checkpointAnchoredTopic, recordAnchoredTopic } from './anchored-events.ts';
import { deadLetterTopic } from './dead-letters.ts';

/** The topics that have dead letters. Of those after the first two this gateway reads none: letters there are other consumers'. */
export const topicsWithDeadLetters: readonly string[] = [
  recordAcceptedTopic,
  accessDecidedTopic,
  recordAnchoredTopic,
  checkpointAnchoredTopic,
  'chartseal.consent.changed.v1',
];

export type DeadLetterSelection = {
  /** Of whose events; of all topics unless given. */
  readonly topics?: readonly string[];
  readonly reason?: string;
  /** How many at most, the oldest of each topic first; all unless given. */
  readonly limit?: number;
};

/** A dead letter that was not put back yet. `event` is what somebody could not read: it may hold anything. */
export type DeadLetter = {
  readonly id: string;
  readonly reason: string;
  /** When it was buried, ISO 8601. */
  readonly time: string;
  readonly event: OutgoingEvent;
};

const words = z.string().max(200);

/** Untrusted: anyone who may write the topic could have sent it. `data` of a mark names the letter that was put back. */
const letterText = z.object({
  id: words,
  source: words,
  time: words,
  type: words,
  data: z.object({
    reason: z.string().regex(/^[a-z0-9-]{1,64}$/),
    topic: words,
    value: z.string(),
    headers: z.record(z.string(), z.string()).optional(),
  }),
});
const markText = z.object({ type: words, data: z.object({ deadLetter: words }) });

type Read =
  | { readonly kind: 'letter'; readonly letter: DeadLetter; readonly source: string }
  | { readonly kind: 'mark'; readonly id: string }
  | { readonly kind: 'neither' };

const replayedType = (topic: string): string => `${deadLetterTopic(topic)}.replayed`;

/** A letter counts only for the topic whose dead letters it lies among: nothing steers a replay onto another. */
const readLetter = (topic: string, { key, value }: ReceivedEvent): Read => {
  const json = parse(value);
  const mark = markText.safeParse(json).data;
  if (mark?.type === replayedType(topic)) return { kind: 'mark', id: mark.data.deadLetter };
  const letter = letterText.safeParse(json).data;
  if (letter?.type !== deadLetterTopic(topic) || letter.data.topic !== topic) return { kind: 'neither' };
  const { id, source, time, data } = letter;
  const event = { topic, key, value: data.value, ...(data.headers === undefined ? {} : { headers: data.headers }) };
  return { kind: 'letter', letter: { id, reason: data.reason, time, event }, source };
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

type States = ReadonlyMap<string, 'pending' | 'put-back'>;

/** By id. A letter and its mark both have the event's key: they are in the order in which they were written. */
const statesOf = async (events: EventLog, topic: string): Promise<States> => {
  const states = new Map<string, 'pending' | 'put-back'>();
  await events.read(deadLetterTopic(topic), async (batch) => {
    for (const event of batch) {
      const read = readLetter(topic, event);
      if (read.kind === 'letter') states.set(read.letter.id, 'pending');
      if (read.kind === 'mark') states.set(read.id, 'put-back');
    }
  });
  return states;
};

type Selected = { readonly letter: DeadLetter; readonly source: string };

/** Hands over the dead letters that were selected and not put back yet, each once, batch by batch. */
const eachPending = async (
  events: EventLog,
  { topics = topicsWithDeadLetters, reason, limit = Infinity }: DeadLetterSelection,
  handler: (selected: readonly Selected[]) => Promise<void>,
): Promise<number> => {
  let count = 0;
  for (const topic of topics) {
    if (count >= limit) break;
    const states = await statesOf(events, topic);
    const pending = new Set([...states.keys()].filter((id) => states.get(id) === 'pending'));
    if (pending.size === 0) continue;
    await events.read(deadLetterTopic(topic), async (batch) => {
      const selected = batch.flatMap((event) => {
        const read = readLetter(topic, event);
        if (read.kind !== 'letter' || !pending.delete(read.letter.id)) return [];
        return reason === undefined || read.letter.reason === reason ? [read] : [];
      });
      const taken = selected.slice(0, limit - count);
      count += taken.length;
      if (taken.length > 0) await handler(taken);
    });
  }
  return count;
};

/** Hands over the dead letters that were not put back yet. @returns how many */
export const listDeadLetters = (
  events: EventLog,
  selection: DeadLetterSelection,
  handler: (letter: DeadLetter) => void,
): Promise<number> =>
  eachPending(events, selection, async (selected) => {
    for (const { letter } of selected) handler(letter);
  });

/**
 * Puts dead letters back onto their topics as they were, in their order, and marks each beside it: a second replay passes it over. A crash
 * between the two repeats events, and so may two replays at once; the anchor takes a version's event as often as it comes.
 *
 * @returns how many
 */
export const replayDeadLetters = async (
  events: EventLog,
  selection: DeadLetterSelection,
  clock: { now(): number },
): Promise<number> => {
  const count = await eachPending(events, selection, async (selected) => {
    await events.publish(selected.map(({ letter }) => letter.event));
    await events.publish(selected.map((one) => replayedMark(one, clock.now())));
  });
  for (const topic of selection.topics ?? topicsWithDeadLetters) await settle(events, topic);
  return count;
};

const settledGroup = 'dead-letters';

/** How many events of a topic's dead letters no replay has settled; a few that were put back may count until the rest is. */
export type WaitingDeadLetters = { readonly topic: string; readonly events: number };

/** For a metric: asks for the group's lag alone. 0 once all were put back. Rejects as `lag` does. */
export const waitingDeadLetters = async (events: Pick<EventLog, 'lag'>): Promise<readonly WaitingDeadLetters[]> => {
  const lags = await events.lag(settledGroup, topicsWithDeadLetters.map(deadLetterTopic));
  return topicsWithDeadLetters.map((topic) => {
    const ofTopic = lags.filter((lag) => lag.topic === deadLetterTopic(topic));
    return { topic, events: ofTopic.reduce((sum, lag) => sum + lag.events, 0) };
  });
};

/** Moves the group on, batch by batch, up to the first letter that nobody put back: its lag is what waits. */
const settle = async (events: EventLog, topic: string): Promise<void> => {
  const states = await statesOf(events, topic);
  const topics = [deadLetterTopic(topic)];
  let left = (await events.lag(settledGroup, topics)).reduce((sum, lag) => sum + lag.events, 0);
  if (left === 0) return;
  const done = new AbortController();
  await events.subscribe(
    { group: settledGroup, topics },
    async (batch) => {
      const reads = batch.map((event) => readLetter(topic, event));
      // One that was buried since then is not known: it waits too.
      const isSettled = reads.every((read) => read.kind !== 'letter' || states.get(read.letter.id) === 'put-back');
      left -= batch.length;
      if (left <= 0 || !isSettled) done.abort();
      if (!isSettled) throw new Error('a letter waits');
    },
    done.signal,
  );
};

const replayedMark = ({ letter: { id, event }, source }: Selected, now: number): OutgoingEvent => ({
  topic: deadLetterTopic(event.topic),
  key: event.key,
  value: JSON.stringify({
    specversion: '1.0',
    id: `${id}/replayed`,
    source,
    type: replayedType(event.topic),
    time: new Date(now).toISOString(),
    datacontenttype: 'application/json',
    data: { deadLetter: id },
  }),
});

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

/** Ids of the letters that have no mark after them. Both have the event's key: they are in the order in which they were written. */
const pendingIds = async (events: EventLog, topic: string): Promise<Set<string>> => {
  const pending = new Set<string>();
  await events.read(deadLetterTopic(topic), async (batch) => {
    for (const event of batch) {
      const read = readLetter(topic, event);
      if (read.kind === 'letter') pending.add(read.letter.id);
      if (read.kind === 'mark') pending.delete(read.id);
    }
  });
  return pending;
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
    const pending = count < limit ? await pendingIds(events, topic) : new Set();
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
export const replayDeadLetters = (
  events: EventLog,
  selection: DeadLetterSelection,
  clock: { now(): number },
): Promise<number> =>
  eachPending(events, selection, async (selected) => {
    await events.publish(selected.map(({ letter }) => letter.event));
    await events.publish(selected.map((one) => replayedMark(one, clock.now())));
  });

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

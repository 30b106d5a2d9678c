import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { EventLog, OutgoingEvent } from '@chartseal/ports';
import {
  listDeadLetters,
  replayDeadLetters,
  topicsWithDeadLetters,
  waitingDeadLetters,
  type DeadLetter,
} from './dead-letter-replay.ts';
import { buryDeadLetters } from './dead-letters.ts';
import { openWorld, topicOf, type World } from './testing/world.ts';

describe('Dead letters', () => {
  let world: World;
  before(async () => {
    world = await openWorld();
  });
  after(() => world.close());

  const clock = { now: Date.now };
  const { records, access } = topicOf;
  const poison = [
    { topic: records, key: 'a', value: '{', headers: { traceparent: '00-1-2-01' } },
    { topic: records, key: 'b', value: '{}' },
    { topic: records, key: 'a', value: '"second of its key"' },
    { topic: access, key: 'c', value: '\u{1f4a3}' },
  ] as const;
  const reasons = ['not-json', 'not-a-version', 'not-a-version', 'wrong-log'] as const;

  const bury = (from = 0): Promise<void> =>
    buryDeadLetters(
      world,
      poison.map((event, index) => ({
        event: { ...event, partition: 0, offset: String(from + index) },
        reason: reasons[index] ?? 'not-json',
      })),
    );
  const listed = async (selection = {}, events: EventLog = world.events): Promise<DeadLetter[]> => {
    const letters: DeadLetter[] = [];
    const count = await listDeadLetters(events, selection, (letter) => void letters.push(letter));
    equal(letters.length, count);
    return letters;
  };
  const onTopics = async (): Promise<OutgoingEvent[]> => {
    const all: OutgoingEvent[] = [];
    for (const topic of [records, access])
      await world.events.read(topic, async (batch) => {
        for (const { partition: _, offset: _offset, ...event } of batch) all.push(event);
      });
    return all;
  };

  const waiting = async (): Promise<Record<string, number>> =>
    Object.fromEntries((await waitingDeadLetters(world.events)).map(({ topic, events }) => [topic, events]));

  it('are listed with reason and event, a redelivery once, as often as one asks', async () => {
    await bury();
    await bury();
    for (const letters of [await listed(), await listed()])
      deepEqual(
        letters.map(({ id, reason, event }) => [id, reason, event]),
        poison.map((event, index) => [`${event.topic}/0/${index}`, reasons[index], event]),
      );
  });

  it('are selected by topic, reason and number', async () => {
    const idsOf = async (selection: object): Promise<(string | undefined)[]> =>
      (await listed(selection)).map(({ event }) => event.value);
    deepEqual(await idsOf({ topics: [access] }), ['\u{1f4a3}']);
    deepEqual(await idsOf({ reason: 'not-a-version' }), ['{}', '"second of its key"']);
    deepEqual(await idsOf({ limit: 2 }), ['{', '{}']);
    deepEqual(await idsOf({ topics: [topicsWithDeadLetters.at(-1)] }), []);
  });

  it('that cannot be read, or that name another topic, are passed over', async () => {
    const forged = { id: 'x', source: 's', time: 't', type: `${records}.dlq` };
    const data = { reason: 'not-json', topic: access, value: '{}' };
    for (const value of ['{', 'null', JSON.stringify({ ...forged, data }), JSON.stringify(forged)])
      await world.events.publish([{ topic: `${records}.dlq`, key: 'a', value }]);
    equal((await listed()).length, poison.length);
  });

  it('go back as they were when their replay fails half way, and each once when it does not', async () => {
    const failing: EventLog = {
      ...world.events,
      publish: (events) =>
        events.some(({ topic }) => topic.endsWith('.dlq'))
          ? Promise.reject(new Error('killed before it was marked'))
          : world.events.publish(events),
    };
    await replayDeadLetters(failing, { reason: 'not-json' }, clock).catch(() => undefined);
    equal((await listed()).length, poison.length);
    ok((await waiting())[records]! > 0);
    deepEqual(await onTopics(), [poison[0]]);
    equal(await replayDeadLetters(world.events, { reason: 'not-a-version', limit: 1 }, clock), 1);
    ok((await waiting())[records]! > 0);
    equal(await replayDeadLetters(world.events, {}, clock), 3);
    equal(await replayDeadLetters(world.events, {}, clock), 0);
    deepEqual(await listed(), []);
    deepEqual(new Set(Object.values(await waiting())), new Set([0]));
    deepEqual(await onTopics(), [poison[0], poison[1], poison[0], poison[2], poison[3]]);
  });

  it('are there again when the event is refused again', async () => {
    await bury(100);
    equal((await listed()).length, poison.length);
    equal(await replayDeadLetters(world.events, {}, clock), poison.length);
    deepEqual(await listed(), []);
  });
});

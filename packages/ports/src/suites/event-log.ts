import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { isKind } from '../errors.ts';
import type { EventLog, OutgoingEvent, ReceivedEvent } from '../event-log.ts';

export type EventLogFixture = {
  readonly events: EventLog;
  /** The same log through connections of its own, as another process has it. */
  readonly others: EventLog;
  /** Ends the engine without warning and starts it again on what it left. */
  crash(): Promise<void>;
  /**
   * A member of the group in a process of its own, that never ends handling what it got; `kill` ends it without warning.
   * Resolves once it holds its first batch.
   */
  hangingMember(subscription: { group: string; topics: readonly string[] }): Promise<{ kill(): Promise<void> }>;
  /** Makes the engine unreachable for good. */
  stop(): Promise<void>;
  close(): Promise<void>;
};

/** Enough for a group to find out that a member is gone. */
const patienceMs = 30_000;

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!condition()) {
    ok(Date.now() < deadline, 'it took too long');
    await new Promise((done) => setTimeout(done, 5));
  }
}

type Member = { readonly received: ReceivedEvent[]; leave(): Promise<void> };

const join = (
  events: EventLog,
  group: string,
  topics: readonly string[],
  onBatch: (batch: readonly ReceivedEvent[]) => Promise<void> | void = () => undefined,
): Member => {
  const received: ReceivedEvent[] = [];
  const leaving = new AbortController();
  const handler = async (batch: readonly ReceivedEvent[]): Promise<void> => {
    await onBatch(batch);
    received.push(...batch);
  };
  const ended = events.subscribe({ group, topics }, handler, leaving.signal);
  return {
    received,
    leave: async () => {
      leaving.abort();
      await ended;
    },
  };
};

const numbered = (topic: string, from: number, count: number, keys = 3): readonly OutgoingEvent[] =>
  range(count).map((index) => ({ topic, key: `key-${(from + index) % keys}`, value: String(from + index) }));

const valuesOf = (events: readonly OutgoingEvent[]): string[] => events.map(({ value }) => value);

/** Each value once, where a redelivery may repeat it. */
const distinctValues = (events: readonly OutgoingEvent[]): string[] => [...new Set(valuesOf(events))];

const isOrdered = (events: readonly OutgoingEvent[]): boolean =>
  [...Map.groupBy(events, ({ key }) => key).values()].every((ofKey) => {
    const values = distinctValues(ofKey).map(Number);
    return values.every((value, index) => index === 0 || value > values[index - 1]!);
  });

const newTopic = (): string => `suite.${randomUUID()}`;

/** `skip`: why the engine cannot run here, as node's option of that name takes it. */
export const eventLogSuite = (
  name: string,
  openFixture: () => Promise<EventLogFixture>,
  { skip = false }: { readonly skip?: string | false } = {},
): void => {
  describe(`EventLog: ${name}`, { skip }, () => {
    let fixture: EventLogFixture;
    before(async () => {
      fixture = await openFixture();
    });
    after(() => fixture.close());

    it('law 7: delivers topic, key, value and headers as they were published, and no headers where there were none', async () => {
      const topic = newTopic();
      const event = { topic, key: 'a key', value: '{"text":"𝒳 \\u0000 line\\nline"}' };
      const headers = {
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        'x 𝒳': '\\ "=,\n',
        none: '',
      };
      await fixture.events.publish([{ ...event, headers }, event, { ...event, headers: {} }]);
      const member = join(fixture.others, 'group', [topic]);
      await until(() => member.received.length > 2);
      await member.leave();
      const wanted = [{ ...event, headers }, event, event];
      equal(member.received.length, wanted.length);
      for (const [index, { partition, offset, ...received }] of member.received.entries()) {
        deepEqual(received, wanted[index]);
        equal(typeof partition, 'number');
        ok(/^\d+$/.test(offset));
      }
    });

    it('law 1: what publish resolved for survives a crash; publishing it again is allowed', async () => {
      const topic = newTopic();
      await fixture.events.publish(numbered(topic, 0, 10));
      await fixture.events.publish(numbered(topic, 0, 10));
      await fixture.crash();
      const member = join(fixture.events, 'group', [topic]);
      await until(() => distinctValues(member.received).length === 10);
      await member.leave();
    });

    it('law 2: events with the same key reach each group in the order of their publication', async () => {
      const topic = newTopic();
      const members = ['one', 'two'].map((group) => join(fixture.others, group, [topic]));
      for (const batch of range(20)) await fixture.events.publish(numbered(topic, batch * 10, 10));
      for (const member of members) {
        await until(() => distinctValues(member.received).length === 200);
        ok(isOrdered(member.received));
        await member.leave();
      }
    });

    it('law 3: no event is skipped, whoever publishes at the same time', async () => {
      const topic = newTopic();
      const member = join(fixture.events, 'group', [topic]);
      await Promise.all(
        range(20).map(async (batch) => {
          const events = batch % 2 === 0 ? fixture.events : fixture.others;
          await events.publish(
            range(10).map((index) => ({ topic, key: `${batch}`, value: String(batch * 10 + index) })),
          );
        }),
      );
      await until(() => distinctValues(member.received).length === 200);
      ok(isOrdered(member.received));
      await member.leave();
    });

    it('law 3: a group gets what was published while it was away', async () => {
      const topic = newTopic();
      const first = join(fixture.events, 'group', [topic]);
      await fixture.events.publish(numbered(topic, 0, 5));
      await until(() => distinctValues(first.received).length === 5);
      await first.leave();
      await fixture.events.publish(numbered(topic, 5, 5));
      const second = join(fixture.events, 'group', [topic]);
      await until(() => second.received.some(({ value }) => value === '9'));
      await second.leave();
      ok(range(5).every((index) => valuesOf(second.received).includes(String(index + 5))));
    });

    it('law 4: a handler that rejects gets the same events again', async () => {
      const topic = newTopic();
      await fixture.events.publish(numbered(topic, 0, 5));
      const attempts: string[][] = [];
      const member = join(fixture.events, 'group', [topic], (batch) => {
        attempts.push(valuesOf(batch));
        if (attempts.length < 3) throw new Error('not now');
      });
      await until(() => distinctValues(member.received).length === 5);
      await member.leave();
      ok(attempts.length >= 3);
      equal(attempts[1]![0], '0');
      ok(isOrdered(member.received));
    });

    it('law 4: what a handler resolved for does not come again', async () => {
      const topic = newTopic();
      await fixture.events.publish(numbered(topic, 0, 5));
      const first = join(fixture.events, 'group', [topic]);
      await until(() => first.received.length === 5);
      await first.leave();
      const second = join(fixture.others, 'group', [topic]);
      await fixture.events.publish(numbered(topic, 5, 1));
      await until(() => second.received.length > 0);
      await second.leave();
      deepEqual(valuesOf(second.received), ['5']);
    });

    it('law 5: within a group one member at a time handles an event', async () => {
      const topic = newTopic();
      const inHand = new Set<string>();
      let isShared = false;
      const slowly = async (batch: readonly ReceivedEvent[]): Promise<void> => {
        for (const { value } of batch) isShared ||= inHand.has(value);
        for (const { value } of batch) inHand.add(value);
        await new Promise((done) => setTimeout(done, 10));
        for (const { value } of batch) inHand.delete(value);
      };
      const members = [fixture.events, fixture.others].map((events) => join(events, 'group', [topic], slowly));
      for (const batch of range(10)) await fixture.events.publish(numbered(topic, batch * 10, 10));
      await until(() => distinctValues(members.flatMap(({ received }) => received)).length === 100);
      for (const member of members) await member.leave();
      equal(isShared, false);
    });

    it('law 5: another member takes over when one dies, and gets what that one had not ended', async () => {
      const topic = newTopic();
      await fixture.events.publish(numbered(topic, 0, 5));
      const hanging = await fixture.hangingMember({ group: 'group', topics: [topic] });
      const survivor = join(fixture.events, 'group', [topic]);
      await hanging.kill();
      await until(() => distinctValues(survivor.received).length === 5);
      ok(isOrdered(survivor.received));
      await survivor.leave();
    });

    it('law 6: subscribe ends once the handler in flight has', async () => {
      const topic = newTopic();
      let isHandling = false;
      let isHandled = false;
      const member = join(fixture.events, 'group', [topic], async () => {
        isHandling = true;
        await new Promise((done) => setTimeout(done, 100));
        isHandled = true;
      });
      await fixture.events.publish(numbered(topic, 0, 1));
      await until(() => isHandling);
      await member.leave();
      ok(isHandled);
    });

    it('law 8: read hands over what is there, whoever has handled it, as often as it is asked, and ends', async () => {
      const topic = newTopic();
      const read = async (): Promise<ReceivedEvent[]> => {
        const events: ReceivedEvent[] = [];
        await fixture.others.read(topic, async (batch) => void events.push(...batch));
        return events;
      };
      deepEqual(await read(), []);
      await fixture.events.publish([
        ...numbered(topic, 0, 1500),
        { topic, key: 'last', value: '', headers: { a: 'b' } },
      ]);
      const member = join(fixture.events, 'group', [topic]);
      await until(() => member.received.length === 1501);
      await member.leave();
      for (const events of [await read(), await read()]) {
        equal(events.length, 1501);
        ok(isOrdered(events));
        deepEqual(events.find(({ key }) => key === 'last')?.headers, { a: 'b' });
      }
    });

    it('law 8: read rejects with what the handler rejects with', async () => {
      const topic = newTopic();
      await fixture.events.publish(numbered(topic, 0, 3));
      const failure = new Error('enough');
      await rejects(
        fixture.events.read(topic, () => Promise.reject(failure)),
        failure,
      );
    });

    it('law 9: lag says how far a group is behind, and 0 when it has handled all', async () => {
      const topic = newTopic();
      const behind = async (group: string): Promise<number> => {
        const lags = await fixture.others.lag(group, [topic]);
        ok(lags.length > 0 && lags.every((lag) => lag.topic === topic));
        return lags.reduce((sum, { events }) => sum + events, 0);
      };
      equal(await behind('group'), 0);
      await fixture.events.publish(numbered(topic, 0, 7));
      equal(await behind('group'), 7);
      const member = join(fixture.events, 'group', [topic]);
      await until(() => member.received.length === 7);
      await member.leave();
      deepEqual([await behind('group'), await behind('another')], [0, 7]);
      await fixture.events.publish(numbered(topic, 7, 2));
      deepEqual([await behind('group'), await behind('another')], [2, 9]);
    });

    it('goes on after the engine has crashed', async () => {
      const topic = newTopic();
      const member = join(fixture.events, 'group', [topic]);
      await fixture.events.publish(numbered(topic, 0, 5));
      await until(() => distinctValues(member.received).length === 5);
      await fixture.crash();
      await fixture.events.publish(numbered(topic, 5, 5));
      await until(() => distinctValues(member.received).length === 10);
      await member.leave();
    });

    it('rejects with store-unavailable when it cannot be reached, and lets subscribers leave', async () => {
      const topic = newTopic();
      const member = join(fixture.events, 'group', [topic]);
      await fixture.stop();
      const stopped = performance.now();
      await rejects(fixture.events.lag('group', [topic]), (error) => isKind(error, 'store-unavailable'));
      ok(performance.now() - stopped < 3000, 'lag took too long');
      await rejects(fixture.events.publish(numbered(topic, 0, 1)), (error) => isKind(error, 'store-unavailable'));
      await member.leave();
    });
  });
};

import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Outbox, OutgoingEvent } from '../event-log.ts';
import type { RecordKey, RecordStore } from '../record-store.ts';
import { put } from './drafts.ts';

export type OutboxFixture = {
  /** Writes rows to the outbox. */
  readonly records: RecordStore;
  readonly outbox: Outbox;
  /** The same rows through connections of its own, as another process has them. */
  readonly other: Outbox;
  crash(): Promise<void>;
  close(): Promise<void>;
};

const newKey = (): RecordKey => ({ resourceType: 'Observation', id: randomUUID() });

export const outboxSuite = (name: string, openFixture: () => Promise<OutboxFixture>): void => {
  describe(`Outbox: ${name}`, () => {
    let fixture: OutboxFixture;
    before(async () => {
      fixture = await openFixture();
    });
    after(() => fixture.close());

    const drain = async (limit: number): Promise<OutgoingEvent[]> => {
      const drained: OutgoingEvent[] = [];
      const moved = await fixture.outbox.drain(limit, async (events) => void drained.push(...events));
      equal(moved, drained.length);
      return drained;
    };

    it('law 1: hands over the oldest first, in order for each key', async () => {
      const [first, second] = [newKey(), newKey()];
      for (const key of [first, second, first, first]) await put(fixture.records, key);
      const drained = [...(await drain(3)), ...(await drain(10))];
      deepEqual(
        drained.map(({ value }) => value),
        ['1', '1', '2', '3'],
      );
      equal(new Set(drained.map(({ key }) => key)).size, 2);
    });

    it('law 4: hands over topic, key, value and headers as they were written', async () => {
      const events = [
        { topic: 'suite.other', key: 'a key', value: '{}', headers: { traceparent: '00-1-2-01', 'x"y': '\\ \n' } },
        { topic: 'suite.other', key: 'a key', value: '' },
      ];
      await put(fixture.records, newKey(), { events });
      const [first, ...others] = await drain(10);
      ok(first !== undefined && !('headers' in first));
      deepEqual(others, events);
    });

    it('law 1: keeps what was not published', async () => {
      await put(fixture.records, newKey());
      const failure = new Error('the event log is away');
      await rejects(fixture.outbox.drain(10, () => Promise.reject(failure)));
      equal(await fixture.other.depth(), 1);
      equal((await drain(10)).length, 1);
      equal(await fixture.outbox.depth(), 0);
    });

    it('law 1: a publication whose end was not seen comes again', async () => {
      await put(fixture.records, newKey());
      await rejects(fixture.outbox.drain(10, () => fixture.crash()));
      equal((await drain(10)).length, 1);
    });

    it('law 2: another drainer gets 0 at once', async () => {
      await put(fixture.records, newKey());
      let isPublishing = (): void => undefined;
      let publish = (): void => undefined;
      const started = new Promise<void>((resolve) => {
        isPublishing = resolve;
      });
      const held = new Promise<void>((resolve) => {
        publish = resolve;
      });
      const draining = fixture.outbox.drain(10, () => {
        isPublishing();
        return held;
      });
      await started;
      const never = (): Promise<void> => Promise.reject(new Error('drained twice'));
      equal(await fixture.outbox.drain(10, never), 0);
      equal(await fixture.other.drain(10, never), 0);
      publish();
      equal(await draining, 1);
      await put(fixture.records, newKey());
      equal(await fixture.other.drain(10, async () => undefined), 1);
    });

    it('law 3: answers how many it moved, and 0 when nothing is left', async () => {
      for (const key of [newKey(), newKey(), newKey()]) await put(fixture.records, key);
      equal(await fixture.outbox.depth(), 3);
      deepEqual([(await drain(2)).length, (await drain(2)).length, (await drain(2)).length], [2, 1, 0]);
    });

    it('loses no row while units commit and rows leave at the same time', async () => {
      const keys = Array.from({ length: 20 }, newKey);
      const drained: OutgoingEvent[] = [];
      const written = new AbortController();
      const draining = (async () => {
        while (!written.signal.aborted || (await fixture.outbox.depth()) > 0) drained.push(...(await drain(7)));
      })();
      for (const _ of Array.from({ length: 5 })) await Promise.all(keys.map((key) => put(fixture.records, key)));
      written.abort();
      await draining;
      const byKey = Map.groupBy(drained, ({ key }) => key);
      equal(byKey.size, keys.length);
      for (const events of byKey.values())
        deepEqual(
          events.map(({ value }) => value),
          ['1', '2', '3', '4', '5'],
        );
      ok(drained.length === 100);
    });
  });
};

import { deepEqual, equal, notEqual, ok, rejects } from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { SearchQuery } from '@chartseal/fhir';
import { ChartsealError, isKind } from '../errors.ts';
import type { Outbox } from '../event-log.ts';
import type { Draft, OutboxEvent, RecordKey, WriteUnit } from '../record-store.ts';
import { draft, newKey, put, range, unit } from './drafts.ts';
import { historyTests } from './record-history.ts';
import type { RecordStoreFixture } from './record-store-fixture.ts';
import { byIdentifier, idsOf, searchAll, searchTests, startTime, token } from './record-search.ts';

const refused = new ChartsealError('precondition-failed', 'refused by its plan');

const isRefused = (error: unknown): boolean => error === refused;

async function drainAll(outbox: Outbox): Promise<OutboxEvent[]> {
  const all: OutboxEvent[] = [];
  while ((await outbox.drain(1000, async (events) => void all.push(...events))) > 0);
  return all;
}

/** Adds one version, refusing if the record is not as it was read: what a conditional update does. */
const increment = (key: RecordKey, seen: number[]): WriteUnit => ({
  touches: [key],
  exclusive: [],
  plan: (view) => {
    seen.push(view.current(key)?.versionId ?? 0);
    return [draft(key)];
  },
});

/** Creates a Patient unless one has the identifier. */
const conditionalCreate = (identifier: string): WriteUnit => ({
  touches: [],
  exclusive: [`Patient?identifier=${identifier}`],
  plan: async (view) =>
    (await view.match(byIdentifier(identifier), 2)).length > 0
      ? []
      : [draft(newKey('Patient'), { index: [token(identifier)] })],
});

export const recordStoreSuite = (name: string, openFixture: () => Promise<RecordStoreFixture>): void => {
  describe(`RecordStore: ${name}`, () => {
    let fixture: RecordStoreFixture;
    before(async () => {
      fixture = await openFixture();
      fixture.setTime(startTime);
    });
    after(() => fixture.close());

    it('says whether it is empty', async () => {
      equal(await fixture.records.isEmpty(), true);
      await put(fixture.records, newKey());
      equal(await fixture.others.isEmpty(), false);
    });

    it('gives back what was committed, byte for byte', async () => {
      const key = newKey();
      const text = '𝒳 "quoted" \\ back\nslash {1.00, NULL}';
      const [written] = await put(fixture.records, key, { text });
      ok(written!.content.includes(JSON.stringify(text)));
      deepEqual(await fixture.others.read(key), written);
      deepEqual(await fixture.others.vread(key, 1), written);
      deepEqual(await fixture.others.readMany([key, newKey()]), [written]);
      deepEqual(await fixture.others.byHandle(written!.handle), key);
      equal(await fixture.records.byHandle('unknown'), undefined);
      equal(await fixture.records.read(newKey()), undefined);
      equal(await fixture.records.vread(key, 2), undefined);
    });

    it('law 1: versions, index rows and outbox rows are there once commit resolved, also after a crash', async () => {
      await drainAll(fixture.outbox);
      const key = newKey('Patient');
      const [written] = await put(fixture.records, key, { index: [token('durable')] });
      await fixture.crash();
      deepEqual(await fixture.records.read(key), written);
      deepEqual(idsOf(await searchAll(fixture.records, byIdentifier('durable'), 10)), [key.id]);
      deepEqual(
        (await drainAll(fixture.outbox)).map((event) => event.key),
        [written!.handle],
      );
    });

    it('law 2: a unit that is refused, in its plan or in sealing, leaves nothing behind', async () => {
      const [kept, lost] = [newKey(), newKey()];
      await put(fixture.records, kept);
      await drainAll(fixture.outbox);
      const failing: Draft = {
        ...newKey(),
        kind: 'content',
        seal: () => {
          throw refused;
        },
      };
      await rejects(fixture.records.commit(unit([draft(kept), draft(lost), failing], [kept])), isRefused);
      const plan = (): never => {
        throw refused;
      };
      await rejects(fixture.records.commit({ touches: [kept], exclusive: ['a name'], plan }), isRefused);
      equal((await fixture.records.read(kept))?.versionId, 1);
      equal(await fixture.records.read(lost), undefined);
      deepEqual(await drainAll(fixture.outbox), []);
    });

    it('law 3: numbers the versions of a record without a gap, whoever writes at the same time', async () => {
      const key = newKey();
      const seen: number[] = [];
      const written = await Promise.all(
        range(40).map((index) => (index % 2 === 0 ? fixture.records : fixture.others).commit(increment(key, seen))),
      );
      const expected = range(40).map((index) => index + 1);
      deepEqual(
        written
          .flat()
          .map(({ versionId }) => versionId)
          .sort((a, b) => a - b),
        expected,
      );
      deepEqual(
        (await fixture.records.history(key, { limit: 100 })).map(({ versionId }) => versionId),
        expected.toReversed(),
      );
      for (const before of range(40)) ok(seen.includes(before));
    });

    it('law 3: of a record that many make at once each write becomes a version, planned for or not', async () => {
      for (const touches of [true, false]) {
        const keys = [newKey(), newKey(), newKey()];
        await Promise.all(
          range(12).map((index) => {
            const order = index % 2 === 0 ? keys : keys.toReversed();
            const store = index % 3 === 0 ? fixture.records : fixture.others;
            return store.commit(
              unit(
                order.map((key) => draft(key)),
                touches ? order : [],
              ),
            );
          }),
        );
        for (const key of keys) equal((await fixture.records.read(key))?.versionId, 12);
      }
    });

    it('law 4: of equal conditional creates one makes the record', async () => {
      const identifier = randomUUID();
      const made = await Promise.all(
        range(20).map((index) =>
          (index % 2 === 0 ? fixture.records : fixture.others).commit(conditionalCreate(identifier)),
        ),
      );
      equal(made.flat().length, 1);
      equal(await fixture.records.count(byIdentifier(identifier)), 1);
    });

    it('law 4: units with several names in different orders do not wait for each other for ever', async () => {
      const names = range(5).map(String);
      await Promise.all(
        range(20).map((index) =>
          (index % 2 === 0 ? fixture.records : fixture.others).commit({
            touches: [],
            exclusive: index % 3 === 0 ? names : names.toReversed(),
            plan: () => [draft(newKey())],
          }),
        ),
      );
    });

    it('law 5: of units that wait together each succeeds or fails alone', async () => {
      const keys = range(30).map(() => newKey());
      const outcomes = await Promise.allSettled(
        keys.map((key, index) =>
          fixture.records.commit({
            touches: [key],
            exclusive: [],
            plan: () => {
              if (index % 3 === 0) throw refused;
              return [draft(key)];
            },
          }),
        ),
      );
      for (const [index, outcome] of outcomes.entries()) {
        equal(outcome.status, index % 3 === 0 ? 'rejected' : 'fulfilled');
        equal((await fixture.records.read(keys[index]!))?.versionId, index % 3 === 0 ? undefined : 1);
      }
    });

    it('law 5: content that the store refuses fails its own unit alone', async () => {
      const keys = range(6).map(() => newKey());
      const outcomes = await Promise.allSettled(
        keys.map((key, index) =>
          put(fixture.records, key, { events: index === 3 ? [{ topic: 'suite\0', key: '', value: '' }] : [] }),
        ),
      );
      deepEqual(
        outcomes.map(({ status }) => status),
        keys.map((_, index) => (index === 3 ? 'rejected' : 'fulfilled')),
      );
    });

    it('law 6: takes lastUpdated from the clock, but never goes back', async () => {
      const key = newKey();
      const times = [startTime, startTime + 5, startTime - 60_000, startTime + 6];
      for (const time of times) {
        fixture.setTime(time);
        await put(fixture.records, key);
      }
      fixture.setTime(startTime);
      const history = await fixture.records.history(key, { limit: 10 });
      const expected = [startTime, startTime + 5, startTime + 5, startTime + 6].map((time) =>
        new Date(time).toISOString(),
      );
      deepEqual(
        history.map(({ lastUpdated }) => lastUpdated),
        expected.toReversed(),
      );
    });

    it('law 7: hands over the events of a record in the order of its versions', async () => {
      await drainAll(fixture.outbox);
      const key = newKey();
      await Promise.all(range(30).map((index) => put(index % 2 === 0 ? fixture.records : fixture.others, key)));
      deepEqual(
        (await drainAll(fixture.outbox)).map(({ value }) => Number(value)),
        range(30).map((index) => index + 1),
      );
    });

    it('law 8: reads see every commit that resolved before', async () => {
      await Promise.all(
        range(20).map(async (index) => {
          const key = newKey();
          await put(fixture.records, key);
          const store = index % 2 === 0 ? fixture.records : fixture.others;
          equal((await store.read(key))?.versionId, 1);
          const query: SearchQuery = { resourceType: key.resourceType, conditions: [{ kind: 'id', anyOf: [key.id] }] };
          equal(await store.count(query), 1);
        }),
      );
    });

    searchTests(() => fixture);
    historyTests(() => fixture);

    it('plans see the record as it is held, and what another unit of the group did before', async () => {
      const key = newKey();
      const [created] = await put(fixture.records, key);
      await fixture.records.commit({
        touches: [key],
        exclusive: [],
        plan: (view) => {
          deepEqual(view.current(key), { versionId: 1, state: 'content', handle: created!.handle, log: 'records' });
          return [draft(key, { kind: 'deletion' })];
        },
      });
      const [again] = await put(fixture.records, key);
      deepEqual([again!.versionId, again!.handle], [3, created!.handle]);
      notEqual((await put(fixture.records, newKey()))[0]!.handle, created!.handle);
    });

    it('plans read the content of what they touch, as another unit of the group left it', async () => {
      const key = newKey();
      const [created] = await put(fixture.records, key, { text: 'first' });
      const read: (string | undefined)[] = [];
      const patch = (text: string): WriteUnit => ({
        touches: [key],
        exclusive: [],
        plan: async (view) => {
          read.push(await view.content(key));
          await rejects(view.content(newKey()));
          return [draft(key, { text })];
        },
      });
      const patched = await Promise.all(range(5).map((at) => fixture.records.commit(patch(`patch ${at}`))));
      const contents = [created!, ...patched.flat()]
        .sort((a, b) => a.versionId - b.versionId)
        .map(({ content }) => content);
      deepEqual(read.slice(-5), contents.slice(0, 5));
      await fixture.records.commit({
        touches: [key, newKey()],
        exclusive: [],
        plan: async (view) => {
          equal(await view.content(key), contents.at(-1));
          return [];
        },
      });
      const unknown = newKey();
      await fixture.records.commit({
        touches: [unknown],
        exclusive: [],
        plan: async (view) => {
          equal(await view.content(unknown), undefined);
          return [];
        },
      });
    });

    it('keeps the bytes of a Binary with its version', async () => {
      const key = newKey('Binary');
      const contents = [new Uint8Array([0, 255, 92, 10]), new Uint8Array(randomBytes(300_000)), new Uint8Array()];
      for (const bytes of contents) await put(fixture.records, key, { bytes });
      await put(fixture.records, key, { kind: 'deletion' });
      for (const [index, bytes] of contents.entries()) deepEqual(await fixture.others.bytes(key, index + 1), bytes);
      for (const versionId of [0, 4, 5, 2 ** 31]) equal(await fixture.others.bytes(key, versionId), undefined);
    });

    it('writes one unit of 5,000 records', async () => {
      const keys = range(5000).map(() => newKey('Encounter'));
      const written = await fixture.records.commit(unit(keys.map((key) => draft(key))));
      deepEqual(
        idsOf(written),
        keys.map(({ id }) => id),
      );
      equal(await fixture.records.count({ resourceType: 'Encounter', conditions: [] }), 5000);
      const again = await fixture.records.commit(
        unit(
          keys.map((key) => draft(key)),
          keys,
        ),
      );
      ok(again.every(({ versionId }) => versionId === 2));
      await drainAll(fixture.outbox);
    });

    it('keeps what was acknowledged and nothing that failed, killed under load', async () => {
      const acknowledged: RecordKey[] = [];
      const failed: RecordKey[] = [];
      const over = new AbortController();
      const writers = range(8).map(async () => {
        while (!over.signal.aborted) {
          const key = newKey('Procedure');
          const isNew = acknowledged.length % 2 === 0;
          const writing = isNew ? fixture.records.commit(unit([draft(key)])) : put(fixture.records, key);
          const isWritten = await writing.then(
            () => true,
            (error: unknown) => {
              ok(isKind(error, 'store-unavailable') || isKind(error, 'outcome-unknown'), String(error));
              if (isKind(error, 'store-unavailable')) failed.push(key);
              return false;
            },
          );
          if (isWritten) acknowledged.push(key);
          else await new Promise((done) => setTimeout(done, 20));
        }
      });
      await new Promise((done) => setTimeout(done, 300));
      await fixture.crash();
      over.abort();
      await Promise.all(writers);
      ok(acknowledged.length > 50);
      for (const key of acknowledged) equal((await fixture.records.read(key))?.versionId, 1);
      for (const key of failed) equal(await fixture.records.read(key), undefined);
    });

    it('law 10: rejects with store-unavailable when it cannot be reached', async () => {
      await fixture.stop();
      await rejects(put(fixture.records, newKey()), (error) => isKind(error, 'store-unavailable'));
      await rejects(fixture.records.read(newKey()), (error) => isKind(error, 'store-unavailable'));
    });
  });
};

import { deepEqual, equal, notEqual, ok, rejects } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { latest, matchesQuery, prefixes } from '@chartseal/fhir';
import type { IndexEntry, SearchCondition, SearchQuery } from '@chartseal/fhir';
import fc from 'fast-check';
import { ChartsealError, isKind } from '../errors.ts';
import type { Outbox } from '../event-log.ts';
import type { Draft, OutboxEvent, RecordKey, RecordStore, StoredVersion, WriteUnit } from '../record-store.ts';
import { draft, put, unit } from './drafts.ts';

export type RecordStoreFixture = {
  /** Empty at first. */
  readonly records: RecordStore;
  readonly outbox: Outbox;
  /** The same records through connections of their own, as another process has them. */
  readonly others: RecordStore;
  /** Milliseconds since the epoch: what the stores' clock says from now on. */
  setTime(now: number): void;
  /** Ends the engine without warning and starts it again on what it left. */
  crash(): Promise<void>;
  /** Makes the engine unreachable for good. */
  stop(): Promise<void>;
  close(): Promise<void>;
};

const start = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

const newKey = (resourceType = 'Observation'): RecordKey => ({ resourceType, id: randomUUID() });

const refused = new ChartsealError('precondition-failed', 'refused by its plan');

const isRefused = (error: unknown): boolean => error === refused;

async function drainAll(outbox: Outbox): Promise<OutboxEvent[]> {
  const all: OutboxEvent[] = [];
  while ((await outbox.drain(1000, async (events) => void all.push(...events))) > 0);
  return all;
}

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

/** Adds one version, refusing if the record is not as it was read: what a conditional update does. */
const increment = (key: RecordKey, seen: number[]): WriteUnit => ({
  touches: [key],
  exclusive: [],
  plan: (view) => {
    seen.push(view.current(key)?.versionId ?? 0);
    return [draft(key)];
  },
});

const byIdentifier = (value: string): SearchQuery => ({
  resourceType: 'Patient',
  conditions: [{ kind: 'token', code: 'identifier', anyOf: [{ match: 'value', value }] }],
});

const token = (value: string, system: string | null = null): IndexEntry => ({
  kind: 'token',
  code: 'identifier',
  system,
  value,
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

const idsOf = (versions: readonly StoredVersion[]): string[] => versions.map(({ id }) => id);

async function searchAll(store: RecordStore, query: SearchQuery, limit: number): Promise<readonly StoredVersion[]> {
  const all: StoredVersion[] = [];
  for (let page = await store.search(query, { limit }); ;) {
    all.push(...page.versions);
    const last = page.versions.at(-1);
    if (last === undefined || page.versions.length < limit) return all;
    page = await store.search(query, { limit, after: last.cursor });
  }
}

const few = <T>(...values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const someCode = few('code', 'date', 'subject');
const someInterval = fc
  .tuple(few(0, 10, 20, 30), few(1, 10, 25))
  .map(([from, length]) => ({ start: from, end: from + length }));
const someEntry: fc.Arbitrary<IndexEntry> = fc.oneof(
  fc.record({ kind: few('token' as const), code: someCode, system: few(null, 'a', 'b'), value: few('', 'x', 'y') }),
  fc.record({
    kind: few('reference' as const),
    code: someCode,
    targetType: few('Patient', 'Group'),
    targetId: few('1', '2'),
  }),
  fc.record({ kind: few('reference-url' as const), code: someCode, url: few('urn:1', 'urn:2') }),
  fc.tuple(someCode, someInterval).map(([code, interval]) => ({ kind: 'date' as const, code, ...interval })),
);
const some = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(arbitrary, { minLength: 1, maxLength: 3 });
const someDateTest = fc.tuple(few(...prefixes), someInterval).map(([prefix, interval]) => ({ prefix, ...interval }));
const someCondition: fc.Arbitrary<SearchCondition> = fc.oneof(
  fc.record({
    kind: few('token' as const),
    code: someCode,
    anyOf: some(
      fc.oneof(
        fc.record({ match: few('value' as const, 'value-without-system' as const), value: few('x', 'y') }),
        fc.record({ match: few('system-and-value' as const), system: few('a', 'b'), value: few('x', 'y') }),
        fc.record({ match: few('system' as const), system: few('a', 'b') }),
      ),
    ),
  }),
  fc.record({
    kind: few('reference' as const),
    code: someCode,
    anyOf: some(
      fc.oneof(
        fc.record({
          match: few('resource' as const),
          targetType: few(undefined, 'Patient', 'Group'),
          targetId: few('1', '2'),
        }),
        fc.record({ match: few('url' as const), url: few('urn:1', 'urn:2') }),
      ),
    ),
  }),
  fc.record({ kind: few('date' as const), code: someCode, anyOf: some(someDateTest) }),
  someDateTest.map((test) => ({
    kind: 'last-updated' as const,
    anyOf: [{ ...test, start: start + test.start - 10, end: start + test.end - 10 }],
  })),
);

export const recordStoreSuite = (name: string, openFixture: () => Promise<RecordStoreFixture>): void => {
  describe(`RecordStore: ${name}`, () => {
    let fixture: RecordStoreFixture;
    before(async () => {
      fixture = await openFixture();
      fixture.setTime(start);
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
      const times = [start, start + 5, start - 60_000, start + 6];
      for (const time of times) {
        fixture.setTime(time);
        await put(fixture.records, key);
      }
      fixture.setTime(start);
      const history = await fixture.records.history(key, { limit: 10 });
      const expected = [start, start + 5, start + 5, start + 6].map((time) => new Date(time).toISOString());
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

    it('law 9: finds newest versions that are not deleted, by what they say now', async () => {
      const key = newKey('Patient');
      const [first, second] = [randomUUID(), randomUUID()];
      await put(fixture.records, key, { index: [token(first)] });
      await put(fixture.records, key, { index: [token(second)] });
      deepEqual(await searchAll(fixture.records, byIdentifier(first), 10), []);
      const [found] = await searchAll(fixture.records, byIdentifier(second), 10);
      equal(found?.versionId, 2);
      await put(fixture.records, key, { kind: 'deletion', index: [token(second)] });
      deepEqual(await searchAll(fixture.records, byIdentifier(second), 10), []);
      equal((await fixture.records.read(key))?.state, 'deleted');
      await put(fixture.records, key, { index: [token(second)] });
      deepEqual(idsOf(await searchAll(fixture.records, byIdentifier(second), 10)), [key.id]);
    });

    it('law 9: pages through a list while others write, without repeating or losing what was there', async () => {
      const label = randomUUID();
      const keys = range(30).map(() => newKey('Patient'));
      for (const key of keys) await put(fixture.records, key, { index: [token(label)] });
      const seen: string[] = [];
      for (let page = await fixture.records.search(byIdentifier(label), { limit: 7 }); page.versions.length > 0;) {
        seen.push(...idsOf(page.versions));
        await put(fixture.others, keys[0]!, { index: [token(label)] });
        await put(fixture.others, keys[29]!, { index: [token(label)] });
        page = await fixture.records.search(byIdentifier(label), { limit: 7, after: page.versions.at(-1)!.cursor });
      }
      deepEqual(seen.sort(), keys.map(({ id }) => id).sort());
    });

    it('finds exactly what matchesQuery says', async () => {
      const resourceType = `T${randomUUID()}`;
      const records: { id: string; index: readonly IndexEntry[]; lastUpdated: number }[] = [];
      for (const index of fc.sample(fc.array(someEntry, { maxLength: 6 }), { numRuns: 120, seed: 3 })) {
        const key = newKey(resourceType);
        const lastUpdated = start + (records.length % 40);
        fixture.setTime(lastUpdated);
        await put(fixture.records, key, { index });
        records.push({ id: key.id, index, lastUpdated });
      }
      fixture.setTime(start);
      await fc.assert(
        fc.asyncProperty(fc.array(someCondition, { maxLength: 3 }), async (conditions) => {
          const query = { resourceType, conditions };
          const expected = records
            .filter((record) => matchesQuery(query, { resourceType, ...record }))
            .map(({ id }) => id);
          deepEqual(idsOf(await searchAll(fixture.records, query, 50)), expected);
          equal(await fixture.records.count(query), expected.length);
        }),
        { numRuns: 150, seed: 7 },
      );
    });

    it('indexes values of any length, and periods without an end', async () => {
      const key = newKey('Patient');
      const long = 'v'.repeat(100_000);
      const index: IndexEntry[] = [
        token(long),
        token(long, long),
        { kind: 'date', code: 'date', start: 0, end: latest },
      ];
      await put(fixture.records, key, { index });
      deepEqual(idsOf(await searchAll(fixture.records, byIdentifier(long), 10)), [key.id]);
    });

    it('lists a compartment with its Patient, and what references a record', async () => {
      const patient = newKey('Patient');
      const members = [newKey(), newKey('Condition'), newKey()];
      await put(fixture.records, patient);
      for (const key of members) await put(fixture.records, key, { patients: [patient.id], references: [patient] });
      await put(fixture.records, newKey(), { patients: [randomUUID()] });
      const all = [patient, ...members].map(({ id }) => id);
      const first = await fixture.records.compartment(patient.id, { limit: 3 });
      const rest = await fixture.records.compartment(patient.id, { limit: 3, after: first.versions.at(-1)!.cursor });
      deepEqual([...idsOf(first.versions), ...idsOf(rest.versions)], all);
      deepEqual(
        idsOf(await fixture.records.referrers(patient, 10)),
        members.map(({ id }) => id),
      );
      await put(fixture.records, members[0]!, { kind: 'deletion' });
      equal((await fixture.records.referrers(patient, 10)).length, 2);
    });

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

    it('keeps what was acknowledged while it was killed under load', async () => {
      const acknowledged: RecordKey[] = [];
      let isOver = false;
      const writers = range(8).map(async () => {
        while (!isOver) {
          const key = newKey('Procedure');
          const isWritten = await put(fixture.records, key).then(
            () => true,
            (error: unknown) => {
              ok(isKind(error, 'store-unavailable') || isKind(error, 'outcome-unknown'), String(error));
              return false;
            },
          );
          if (isWritten) acknowledged.push(key);
          else await new Promise((done) => setTimeout(done, 20));
        }
      });
      await new Promise((done) => setTimeout(done, 300));
      await fixture.crash();
      isOver = true;
      await Promise.all(writers);
      ok(acknowledged.length > 50);
      for (const key of acknowledged) equal((await fixture.records.read(key))?.versionId, 1);
    });

    it('law 10: rejects with store-unavailable when it cannot be reached', async () => {
      await fixture.stop();
      await rejects(put(fixture.records, newKey()), (error) => isKind(error, 'store-unavailable'));
      await rejects(fixture.records.read(newKey()), (error) => isKind(error, 'store-unavailable'));
    });
  });
};

import { deepEqual, equal } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { latest, matchesQuery, prefixes } from '@chartseal/fhir';
import type { IndexEntry, SearchCondition, SearchQuery } from '@chartseal/fhir';
import fc from 'fast-check';
import type { RecordStore, StoredVersion } from '../record-store.ts';
import { newKey, put, range } from './drafts.ts';
import type { RecordStoreFixture } from './record-store-fixture.ts';

export const byIdentifier = (value: string): SearchQuery => ({
  resourceType: 'Patient',
  conditions: [{ kind: 'token', code: 'identifier', anyOf: [{ match: 'value', value }] }],
});

export const token = (value: string, system: string | null = null): IndexEntry => ({
  kind: 'token',
  code: 'identifier',
  system,
  value,
});

export const idsOf = (versions: readonly StoredVersion[]): string[] => versions.map(({ id }) => id);

export async function searchAll(
  store: RecordStore,
  query: SearchQuery,
  limit: number,
): Promise<readonly StoredVersion[]> {
  const all: StoredVersion[] = [];
  for (let page = await store.search(query, { limit }); ;) {
    all.push(...page.versions);
    const last = page.versions.at(-1);
    if (last === undefined || page.versions.length < limit) return all;
    page = await store.search(query, { limit, after: last.cursor });
  }
}

/** What the clock says when none of the tests has set it. */
export const startTime = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

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
    anyOf: [{ ...test, start: startTime + test.start - 10, end: startTime + test.end - 10 }],
  })),
);

export const searchTests = (current: () => RecordStoreFixture): void => {
  it('law 9: finds newest versions that are not deleted, by what they say now', async () => {
    const key = newKey('Patient');
    const [first, second] = [randomUUID(), randomUUID()];
    await put(current().records, key, { index: [token(first)] });
    await put(current().records, key, { index: [token(second)] });
    deepEqual(await searchAll(current().records, byIdentifier(first), 10), []);
    const [found] = await searchAll(current().records, byIdentifier(second), 10);
    equal(found?.versionId, 2);
    await put(current().records, key, { kind: 'deletion', index: [token(second)] });
    deepEqual(await searchAll(current().records, byIdentifier(second), 10), []);
    equal((await current().records.read(key))?.state, 'deleted');
    await put(current().records, key, { index: [token(second)] });
    deepEqual(idsOf(await searchAll(current().records, byIdentifier(second), 10)), [key.id]);
  });

  it('law 9: pages through a list while others write, without repeating or losing what was there', async () => {
    const label = randomUUID();
    const keys = range(30).map(() => newKey('Patient'));
    for (const key of keys) await put(current().records, key, { index: [token(label)] });
    const seen: string[] = [];
    for (let page = await current().records.search(byIdentifier(label), { limit: 7 }); page.versions.length > 0;) {
      seen.push(...idsOf(page.versions));
      await put(current().others, keys[0]!, { index: [token(label)] });
      await put(current().others, keys[29]!, { index: [token(label)] });
      page = await current().records.search(byIdentifier(label), { limit: 7, after: page.versions.at(-1)!.cursor });
    }
    deepEqual(seen.sort(), keys.map(({ id }) => id).sort());
  });

  it('finds exactly what matchesQuery says', async () => {
    const resourceType = `T${randomUUID()}`;
    const records: { id: string; index: readonly IndexEntry[]; lastUpdated: number }[] = [];
    for (const index of fc.sample(fc.array(someEntry, { maxLength: 6 }), { numRuns: 120, seed: 3 })) {
      const key = newKey(resourceType);
      const lastUpdated = startTime + (records.length % 40);
      current().setTime(lastUpdated);
      await put(current().records, key, { index });
      records.push({ id: key.id, index, lastUpdated });
    }
    current().setTime(startTime);
    await fc.assert(
      fc.asyncProperty(fc.array(someCondition, { maxLength: 3 }), async (conditions) => {
        const query = { resourceType, conditions };
        const expected = records
          .filter((record) => matchesQuery(query, { resourceType, ...record }))
          .map(({ id }) => id);
        deepEqual(idsOf(await searchAll(current().records, query, 50)), expected);
        equal(await current().records.count(query), expected.length);
      }),
      { numRuns: 150, seed: 7 },
    );
  });

  it('indexes values of any length, and periods without an end', async () => {
    const key = newKey('Patient');
    const long = 'v'.repeat(100_000);
    const index: IndexEntry[] = [token(long), token(long, long), { kind: 'date', code: 'date', start: 0, end: latest }];
    await put(current().records, key, { index });
    deepEqual(idsOf(await searchAll(current().records, byIdentifier(long), 10)), [key.id]);
  });

  it('lists a compartment with its Patient, and what references a record', async () => {
    const patient = newKey('Patient');
    const members = [newKey(), newKey('Condition'), newKey()];
    await put(current().records, patient);
    for (const key of members) await put(current().records, key, { patients: [patient.id], references: [patient] });
    await put(current().records, newKey(), { patients: [randomUUID()] });
    const all = [patient, ...members].map(({ id }) => id);
    const first = await current().records.compartment(patient.id, { limit: 3 });
    const rest = await current().records.compartment(patient.id, { limit: 3, after: first.versions.at(-1)!.cursor });
    deepEqual([...idsOf(first.versions), ...idsOf(rest.versions)], all);
    deepEqual(
      idsOf(await current().records.referrers(patient, 10)),
      members.map(({ id }) => id),
    );
    await put(current().records, members[0]!, { kind: 'deletion' });
    equal((await current().records.referrers(patient, 10)).length, 2);
  });
};

import { deepEqual, equal } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import { latest, matchesQuery } from '@chartseal/fhir';
import type { IndexEntry, OtherRecords, SearchableRecord, SearchQuery, SortRule } from '@chartseal/fhir';
import fc from 'fast-check';
import type { RecordKey, RecordStore, StoredVersion } from '../record-store.ts';
import { newKey, put, range } from './drafts.ts';
import { someIndex } from './generated-index.ts';
import type { Kinship } from './generated-index.ts';
import { someQuery, someSorting } from './generated-query.ts';
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
  query: SearchQuery | readonly SearchQuery[],
  limit: number,
  sort: readonly SortRule[] = [],
  among?: readonly string[],
): Promise<readonly StoredVersion[]> {
  const all: StoredVersion[] = [];
  const options = { limit, sort, ...(among === undefined ? {} : { among }) };
  for (let page = await store.search(query, options); ;) {
    all.push(...page.versions);
    const last = page.versions.at(-1);
    if (last === undefined || page.versions.length < limit) return all;
    page = await store.search(query, { ...options, after: last.cursor });
  }
}

/** What the clock says when none of the tests has set it. */
export const startTime = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

type Generated = SearchableRecord & { readonly patients: readonly string[] };

/** Whom generated records are about. */
const somebody = range(5).map((number) => `somebody-${number}`);
const somePatients = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...somebody).map((one) => [one]) },
  { weight: 1, arbitrary: fc.uniqueArray(fc.constantFrom(...somebody), { maxLength: 3 }) },
);

/** Records of some types that reference the first of each, as the store has them, in its order. */
async function putGenerated(fixture: RecordStoreFixture, kinship: Kinship): Promise<readonly Generated[]> {
  const records: Generated[] = [];
  const more = range(80).map((number) => `${kinship.ids[0]}-${number}`);
  const keys = kinship.types.flatMap((resourceType) => [...kinship.ids, ...more].map((id) => ({ resourceType, id })));
  const indexes = fc.sample(someIndex(kinship), { numRuns: keys.length, seed: 3 });
  const abouts = fc.sample(somePatients, { numRuns: keys.length, seed: 3 });
  for (const [at, key] of keys.entries()) {
    const lastUpdated = startTime + (at % 40);
    const [index = [], patients = []] = [indexes[at], abouts[at]];
    fixture.setTime(lastUpdated);
    await put(fixture.records, key, { index, patients });
    records.push({ ...key, lastUpdated, index, patients });
  }
  fixture.setTime(startTime);
  return records;
}

const sortKey = ({ code, direction }: SortRule, { id, lastUpdated, index }: SearchableRecord): string | undefined => {
  if (code === '_id') return id;
  if (code === '_lastUpdated') return String(lastUpdated);
  const entry = index.findLast((one) => one.kind === 'sort' && one.code === code);
  return entry?.kind === 'sort' ? entry[direction === 'ascending' ? 'lowest' : 'highest'] : undefined;
};

/** By code points, what has no value last, and what is equal in the order that it had. */
const sorted = <T extends SearchableRecord>(records: readonly T[], sort: readonly SortRule[]): readonly T[] =>
  records.toSorted((a, b) => {
    for (const rule of sort) {
      const [left, right] = [sortKey(rule, a), sortKey(rule, b)];
      if (left === right) continue;
      if (left === undefined || right === undefined) return left === undefined ? 1 : -1;
      const order = Buffer.compare(Buffer.from(left), Buffer.from(right));
      return rule.direction === 'ascending' ? order : -order;
    }
    return 0;
  });

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

  it('law 9: pages through a sorted list while others write, telling each unchanged record once, in its order', async () => {
    const resourceType = `T${randomUUID()}`;
    const sortedAs = (value: string): IndexEntry[] =>
      value === ''
        ? []
        : [
            { kind: 'sort', code: 'name', lowest: value, highest: value },
            { kind: 'present', code: 'name' },
          ];
    const values = range(40).map((number) => ['a', 'b', 'c', ''][number % 4]!);
    const keys = values.map(() => newKey(resourceType));
    for (const [at, key] of keys.entries()) await put(current().records, key, { index: sortedAs(values[at]!) });
    const query: SearchQuery = { resourceType, conditions: [] };
    for (const direction of ['ascending', 'descending'] as const) {
      const sort = [{ code: 'name', direction }];
      const seen: string[] = [];
      let changed = 0;
      for (let page = await current().records.search(query, { limit: 3, sort }); page.versions.length > 0;) {
        seen.push(...idsOf(page.versions));
        const last = page.versions.at(-1)!;
        // Every second record moves, that at which the page ended too.
        for (const key of [
          keys[(changed += 2) % 40]!,
          ...(keys.findIndex(({ id }) => id === last.id) % 2 === 0 ? [last] : []),
        ])
          await put(current().others, { resourceType, id: key.id }, { index: sortedAs(['d', '0'][changed % 2]!) });
        page = await current().records.search(query, { limit: 3, sort, after: last.cursor });
      }
      const unchanged = keys.filter((_, at) => at % 2 === 1).map(({ id }) => id);
      const valueOf = (id: string): string => values[keys.findIndex((key) => key.id === id)]!;
      const told = seen.filter((id) => unchanged.includes(id));
      deepEqual(told.toSorted(), unchanged.toSorted());
      deepEqual([...new Set(told.map(valueOf))], ['b', '']);
    }
  });

  it('finds exactly what matchesQuery says, in the order that was asked for', async () => {
    const run = randomUUID();
    const kinship = { types: [`T${run}`, `U${run}`], ids: range(12).map((number) => `r${number}`) };
    const records = await putGenerated(current(), kinship);
    const others: OtherRecords = (type) => records.filter(({ resourceType }) => resourceType === type);
    const queries = fc.array(someQuery(kinship, startTime), { minLength: 1, maxLength: 2 });
    await fc.assert(
      fc.asyncProperty(queries, someSorting, fc.integer({ min: 12, max: 200 }), async (anyOf, sort, limit) => {
        const query = anyOf.length === 1 ? anyOf[0]! : anyOf;
        const expected = records.filter((record) => anyOf.some((one) => matchesQuery(one, record, others)));
        deepEqual(
          (await searchAll(current().records, query, limit, sort)).map(
            ({ resourceType, id }) => `${resourceType}/${id}`,
          ),
          sorted(expected, sort).map(({ resourceType, id }) => `${resourceType}/${id}`),
        );
        equal(await current().records.count(query), expected.length);
      }),
      { numRuns: 250, seed: 7 },
    );
  });

  it('law 13: among some Patients, finds exactly what is about them and nobody else, in the same order', async () => {
    const run = randomUUID();
    const kinship = { types: [`T${run}`, `U${run}`], ids: range(12).map((number) => `r${number}`) };
    const records = await putGenerated(current(), kinship);
    const others: OtherRecords = (type) => records.filter(({ resourceType }) => resourceType === type);
    const queries = fc.array(someQuery(kinship, startTime), { minLength: 1, maxLength: 2 });
    // So many that they are no longer gone through one by one.
    const crowd = range(20_000).map((number) => `crowd-${number}`);
    const among = fc
      .tuple(fc.subarray(somebody), fc.integer({ min: 0, max: 9 }))
      .map(([some, chance]) => (chance === 0 ? [...some, ...crowd] : [...some, 'nobody']));
    await fc.assert(
      fc.asyncProperty(
        queries,
        someSorting,
        fc.integer({ min: 3, max: 200 }),
        among,
        async (query, sort, limit, patients) => {
          const isAbout = ({ patients: about }: Generated): boolean =>
            about.length > 0 && about.every((one) => patients.includes(one));
          const expected = records.filter(
            (record) => isAbout(record) && query.some((one) => matchesQuery(one, record, others)),
          );
          const found = await searchAll(current().records, query, limit, sort, patients);
          deepEqual(
            found.map(({ resourceType, id }) => `${resourceType}/${id}`),
            sorted(expected, sort).map(({ resourceType, id }) => `${resourceType}/${id}`),
          );
        },
      ),
      { numRuns: 250, seed: 11 },
    );
  });

  it('law 13: a Patient is about itself and whoever it names, and a Binary is found whosever it is', async () => {
    const [one, another] = [newKey('Patient'), newKey('Patient')];
    const binary = newKey('Binary');
    await put(current().records, one);
    await put(current().records, another, { patients: [one.id] });
    await put(current().records, binary);
    const find = async ({ resourceType, id }: RecordKey, among: readonly string[]): Promise<readonly string[]> =>
      idsOf(
        await searchAll(current().records, { resourceType, conditions: [{ kind: 'id', anyOf: [id] }] }, 9, [], among),
      );
    deepEqual(await find(one, [one.id]), [one.id]);
    deepEqual(await find(another, [one.id]), []);
    deepEqual(await find(another, [another.id]), []);
    deepEqual(await find(another, [another.id, one.id]), [another.id]);
    const audit = newKey('AuditEvent');
    await put(current().records, audit, { patients: [one.id], log: 'access' });
    deepEqual(await find(audit, [one.id]), []);
    deepEqual(await find(binary, []), [binary.id]);
    await put(current().records, another, { patients: [] });
    deepEqual(await find(another, [another.id]), [another.id]);
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
    await put(current().records, newKey('AuditEvent'), {
      patients: [patient.id],
      references: [patient],
      log: 'access',
    });
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

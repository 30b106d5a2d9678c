import { deepEqual, equal } from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { it } from 'node:test';
import type { HistoryPage, RecordKey, RecordStore, StoredVersion } from '../record-store.ts';
import { draft, newKey, put, range, unit } from './drafts.ts';
import type { RecordStoreFixture } from './record-store-fixture.ts';

type Options = Parameters<RecordStore['historyOf']>[1];

const nameOf = ({ resourceType, id, versionId }: StoredVersion): string => `${resourceType}/${id}/${versionId}`;

/** @param between what others do after each page */
async function tell(
  store: RecordStore,
  resourceType: string | undefined,
  options: Options,
  between: () => Promise<unknown> = async () => {},
): Promise<readonly StoredVersion[]> {
  const told: StoredVersion[] = [];
  let page: HistoryPage = { versions: [] };
  do {
    const after = page.versions.at(-1)?.cursor;
    const scope = resourceType === undefined ? {} : { resourceType };
    page = await store.historyOf(scope, after === undefined ? options : { ...options, after });
    told.push(...page.versions);
    await between();
  } while (page.versions.length === options.limit);
  return told;
}

export const historyTests = (current: () => RecordStoreFixture): void => {
  it('law 11: tells the versions of a type and of all, the newest first, from page to page each once, while others write', async () => {
    const [type, other] = [`T${randomUUID()}`, `U${randomUUID()}`];
    const start = Date.now();
    const keys = range(6).map((): RecordKey => newKey(type));
    const written: StoredVersion[] = [];
    for (const at of range(40)) {
      current().setTime(start + Math.floor(at / 3));
      const kind = at % 7 === 6 ? 'deletion' : 'content';
      written.push(...(await put(current().records, keys[at % 6]!, { kind })));
      await put(current().records, newKey(other));
    }
    const byTime = (version: StoredVersion): number => Date.parse(version.lastUpdated);
    let writes = 0;
    const write = async (): Promise<void> => {
      writes += 1;
      current().setTime(start + 1000 + writes);
      await put(current().others, keys[writes % 6]!);
    };
    const before = new Set(written.map(nameOf));
    const told = await tell(current().records, type, { limit: 7 }, write);
    deepEqual(
      told.map(byTime),
      told.map(byTime).toSorted((a, b) => b - a),
    );
    equal(new Set(told.map(nameOf)).size, told.length);
    deepEqual(new Set(told.map(nameOf).filter((name) => before.has(name))), before);
    const all = await tell(current().records, undefined, { limit: 50, since: start });
    deepEqual(all.filter(({ resourceType }) => resourceType === type).length, written.length + writes);
    equal(all.filter(({ resourceType }) => resourceType === other).length, 40);
  });

  it('law 13: among some Patients, tells no version less than what is or was about one of them, and nothing of others', async () => {
    const type = `T${randomUUID()}`;
    const [one, another, third] = [randomUUID(), randomUUID(), randomUUID()];
    const [moved, kept, shared, gone, never, audit] = range(6).map((): RecordKey => newKey(type));
    const { records } = current();
    await put(records, moved!, { patients: [one] });
    await put(records, moved!, { patients: [another] });
    await put(records, kept!, { patients: [one] });
    await put(records, kept!, { patients: [one] });
    await put(records, shared!, { patients: [one, another] });
    await put(records, gone!, { patients: [third] });
    await put(records, gone!, { kind: 'deletion' });
    await put(records, never!);
    await put(records, audit!, { patients: [third], log: 'access' });
    await records.commit(
      unit([draft(never!, { patients: [third] }), draft(never!, { kind: 'deletion' }), draft(never!)], [never!]),
    );
    const told = async (resourceType: string | undefined, ...among: string[]): Promise<string[]> => {
      const versions = await tell(records, resourceType, { limit: 2, among });
      return versions
        .filter((version) => version.resourceType === type)
        .map(nameOf)
        .sort();
    };
    const of = (...keys: readonly [RecordKey, number][]): string[] =>
      keys.flatMap(([{ id }, count]) => range(count).map((at) => `${type}/${id}/${at + 1}`)).sort();
    for (const resourceType of [type, undefined]) {
      deepEqual(await told(resourceType, one), of([moved!, 2], [kept!, 2], [shared!, 1]));
      deepEqual(await told(resourceType, another), of([moved!, 2], [shared!, 1]));
      deepEqual(await told(resourceType, third), of([gone!, 2], [never!, 4]));
      deepEqual(await told(resourceType, randomUUID()), []);
    }
  });

  it('history since a time, and of what was the newest at one', async () => {
    const type = `T${randomUUID()}`;
    const start = Date.now() + 10_000;
    const keys = range(3).map((): RecordKey => newKey(type));
    const written: StoredVersion[] = [];
    for (const at of range(24)) {
      current().setTime(start + 2 * Math.floor(at / 4));
      written.push(...(await put(current().records, keys[(at * 7) % 3]!, at % 5 === 4 ? { kind: 'deletion' } : {})));
    }
    const timeOf = ({ lastUpdated }: StoredVersion): number => Date.parse(lastUpdated) - start;
    const until = (version: StoredVersion): number => {
      const next = written.find(({ id, versionId }) => id === version.id && versionId === version.versionId + 1);
      return next === undefined ? Infinity : timeOf(next);
    };
    const told = async (options: Omit<Options, 'limit'>): Promise<string[]> =>
      (await tell(current().records, type, { ...options, limit: 5 })).map(nameOf).sort();
    const namesOf = (versions: readonly StoredVersion[]): string[] => versions.map(nameOf).sort();
    for (const since of [-1, 0, 1, 4, 11])
      deepEqual(await told({ since: start + since }), namesOf(written.filter((version) => timeOf(version) >= since)));
    for (const [from, to] of [
      [0, 1],
      [3, 4],
      [2, 3],
      [1, 8],
      [10, 1000],
      [-5, 0],
      [3, 3],
    ] as const)
      deepEqual(
        await told({ at: { start: start + from, end: start + to } }),
        namesOf(written.filter((one) => Math.max(timeOf(one), from) < Math.min(until(one), to))),
      );
  });
};

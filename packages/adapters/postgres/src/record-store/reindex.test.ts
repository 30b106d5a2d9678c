/** RecordStore law 12, beside a release that keeps neither facets nor the rows of migration 10. */
import { deepEqual, equal } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { IndexEntry, SearchQuery } from '@chartseal/fhir';
import type { Draft, RecordKey } from '@chartseal/ports';
import { indexOfDraft } from '@chartseal/ports/suites';
import { openFixture, servers } from '../testing/fixture.ts';
import type { Fixture } from '../testing/fixture.ts';
import type { PostgresStores } from '../index.ts';

const named = (value: string): readonly IndexEntry[] => [
  { kind: 'string', code: 'name', value },
  { kind: 'present', code: 'name' },
  { kind: 'sort', code: 'name', lowest: value, highest: value },
  { kind: 'token', code: 'identifier', system: null, value },
];

const draft = (key: RecordKey, value: string, kind: Draft['kind'] = 'content'): Draft => ({
  ...key,
  kind,
  seal: () => {
    const found = { index: named(value), patients: [], references: [] };
    const content = JSON.stringify({ ...key, found });
    const commitment = new Uint8Array(32);
    return { content, commitmentKey: commitment, commitment, log: 'records', ...indexOfDraft(content), events: [] };
  },
});

const byName = (value: string): SearchQuery => ({
  resourceType: 'Patient',
  conditions: [{ kind: 'string', code: 'name', anyOf: [{ match: 'starts', value }] }],
});

const keys = Array.from({ length: 450 }, (_, number): RecordKey => ({ resourceType: 'Patient', id: `p${number}` }));

for (const { name, binaries } of servers)
  describe(`Indexing anew on ${name}`, () => {
    let fixture: Fixture;
    let stores: PostgresStores;
    before(async () => {
      fixture = await openFixture(binaries);
      stores = await fixture.open();
    });
    after(() => fixture.close());

    const put = (each: readonly RecordKey[], value: string, kind?: Draft['kind']): Promise<unknown> =>
      stores.records.commit({ touches: each, exclusive: [], plan: () => each.map((key) => draft(key, value, kind)) });
    const count = (value: string): Promise<number> => stores.records.count(byName(value));

    it('makes what an older release lacks, in several processes at once, once', async () => {
      await put(keys, 'ada');
      await put([keys[0]!], 'ada', 'deletion');
      await fixture.sql(
        `delete from string_term; update record set facets = null, index_generation = 0, indexed_version = 0`,
      );
      equal(await count('ada'), 0);
      const others = await fixture.open();
      const done = await Promise.all([stores.reindex('nothing'), others.reindex('nothing')]);
      equal(done[0].indexed + done[1].indexed, keys.length);
      equal(await count('ada'), keys.length - 1);
      const sort = [{ code: 'name', direction: 'descending' }] as const;
      equal((await stores.records.search(byName('ada'), { limit: 500, sort })).versions.length, keys.length - 1);
      deepEqual(await stores.reindex('nothing'), { indexed: 0, unreadable: [] });
    });

    it('finds what an older process wrote over it, and goes on after a crash', async () => {
      await put(keys.slice(0, 300), 'bea');
      // What the statement of such a release does to the newest version, its own tables apart.
      await fixture.sql(`update record set version_id = version_id + 1 where logical_id in ('p1', 'p2');
        insert into version select v.record, v.version_id + 1, v.deleted, v.last_updated, v.log, commitment_key, commitment,
          replace(content, 'bea', 'cleo') from version v join record r on r.id = v.record
          and r.version_id = v.version_id + 1 and logical_id in ('p1', 'p2')`);
      deepEqual([await count('bea'), await count('cleo')], [300, 0]);
      await fixture.crash();
      equal((await stores.reindex('nothing-free')).indexed, 2);
      deepEqual([await count('bea'), await count('cleo')], [298, 2]);
    });

    it('law 13: tells the history of what an older release wrote more than once, whoever that was about', async () => {
      await put([keys[400]!], 'dora');
      await fixture.sql(
        `delete from former_subject; update record set facets = facets - 'o', index_generation = 2 where logical_id in ('p400', 'p401')`,
      );
      equal((await stores.reindex('nothing')).indexed, 2);
      const told = async (among: readonly string[]): Promise<readonly string[]> =>
        (await stores.records.historyOf({ resourceType: 'Patient' }, { limit: 9, among })).versions.map(({ id }) => id);
      deepEqual(await told(['nobody']), ['p400', 'p400']);
      deepEqual((await told(['p401'])).toSorted(), ['p400', 'p400', 'p401']);
    });

    it('leaves a record whose content cannot be read as it is found, and names it', async () => {
      await fixture.sql(`update version set content = '{' where record = (select id from record where logical_id = 'p3');
        update record set index_generation = 0 where logical_id = 'p3'`);
      const [row] = await fixture.sql(`select handle from record where logical_id = 'p3'`);
      const before = await count('bea');
      deepEqual(await stores.reindex('nothing'), { indexed: 0, unreadable: [(row as { handle: string }).handle] });
      equal(await count('bea'), before);
    });
  });

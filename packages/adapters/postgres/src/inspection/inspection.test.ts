import { deepEqual, equal, ok, rejects } from 'node:assert/strict';
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import type { IndexEntry } from '@chartseal/fhir';
import { isKind } from '@chartseal/ports';
import { indexOfDraft } from '@chartseal/ports/suites';
import type { Draft, RecordKey, StoredVersion } from '@chartseal/ports';
import { openInspection, openPostgres } from '../index.ts';
import type { InspectedVersion, PostgresStores, StoreInspection, StructuralProblem } from '../index.ts';
import { openFixture } from '../testing/fixture.ts';
import type { Fixture } from '../testing/fixture.ts';

const index: readonly IndexEntry[] = [
  { kind: 'token', code: 'code', system: 'http://loinc.org', value: '8867-4' },
  { kind: 'string', code: 'name', value: 'Ada' },
  { kind: 'uri', code: 'url', value: `http://x.org/${'a'.repeat(1000)}` },
  { kind: 'date', code: 'date', start: 0, end: 10 },
  { kind: 'number', code: 'probability', low: '0.50', high: null },
  {
    kind: 'composite',
    code: 'pair',
    components: [
      [{ kind: 'token', code: 'pair$0', system: null, value: 'a' }],
      [{ kind: 'token', code: 'pair$1', system: 'b', value: 'c' }],
    ],
  },
  { kind: 'sort', code: 'name', lowest: 'ada', highest: 'ada' },
];

const draft = (key: RecordKey): Draft => ({
  ...key,
  kind: 'content',
  seal: ({ versionId, handle }) => {
    const found = { index, patients: ['1'], references: [] };
    const content = JSON.stringify({ ...key, versionId, found });
    const commitmentKey = new Uint8Array(randomBytes(32));
    const commitment = new Uint8Array(createHmac('sha256', commitmentKey).update(content).digest());
    const events = [{ topic: 'accepted', key: handle, value: `${handle}/${versionId}` }];
    return { content, commitmentKey, commitment, log: 'records', ...found, events };
  },
});

describe('StoreInspection', () => {
  let fixture: Fixture;
  let stores: PostgresStores;
  let inspection: StoreInspection;
  before(async () => {
    fixture = await openFixture();
    stores = await fixture.open();
    inspection = await openInspection(fixture.settings);
  });
  after(async () => {
    await inspection.close();
    await fixture.close();
  });

  const put = async (key: RecordKey): Promise<StoredVersion> => {
    const [version] = await stores.records.commit({ touches: [key], exclusive: [], plan: () => [draft(key)] });
    return version!;
  };
  const newKey = (): RecordKey => ({ resourceType: 'Observation', id: randomUUID() });
  const collect = async <T>(items: AsyncIterable<T>): Promise<readonly T[]> => {
    const all: T[] = [];
    for await (const item of items) all.push(item);
    return all;
  };
  const versions = (): Promise<readonly InspectedVersion[]> => collect(inspection.versions());
  const structure = (): Promise<readonly StructuralProblem[]> => collect(inspection.structure());
  const sequencingOf = async (version: StoredVersion): Promise<unknown> => {
    const found = (await versions()).find(
      (item) =>
        item.kind === 'version' &&
        item.version.handle === version.handle &&
        item.version.versionId === version.versionId,
    );
    return found?.kind === 'version' ? found.sequencing : undefined;
  };

  it('streams every version as it is stored, and finds a sound store sound', async () => {
    const keys = Array.from({ length: 700 }, newKey);
    const written = await stores.records.commit({ touches: [], exclusive: [], plan: () => keys.map(draft) });
    const again = await put(keys[0]!);
    const found = (await versions()).flatMap((item) => (item.kind === 'version' ? [item.version] : []));
    equal(found.length, 701);
    const byName = new Map(found.map((version) => [`${version.handle}/${version.versionId}`, version]));
    for (const version of [...written, again]) deepEqual(byName.get(`${version.handle}/${version.versionId}`), version);
    deepEqual(await structure(), []);
  });

  it('says where a version is on its way to the log', async () => {
    const version = await put(newKey());
    const value = `${version.handle}/1`;
    deepEqual(await sequencingOf(version), {
      state: 'unsequenced',
      pending: [{ place: 'outbox', topic: 'accepted', value }],
    });
    while ((await stores.outbox.drain(1000, (events) => stores.events.publish(events))) > 0);
    deepEqual(await sequencingOf(version), {
      state: 'unsequenced',
      pending: [{ place: 'event-log', topic: 'accepted', value }],
    });
    const leave = new AbortController();
    await stores.events.subscribe(
      { group: 'anchor', topics: ['accepted'] },
      async (batch) => {
        if (batch.some((event) => event.value === value)) leave.abort();
      },
      leave.signal,
    );
    deepEqual(await sequencingOf(version), { state: 'unsequenced', pending: [] });
    const lease = await stores.logs.lease('records');
    await stores.logs.append(lease, [{ handle: version.handle, versionId: 1, entry: version.commitment }], (head) =>
      Promise.resolve({ head: { treeSize: head.treeSize + 1, state: '' }, tiles: [] }),
    );
    deepEqual(await sequencingOf(version), { state: 'sequenced', leafIndex: 0 });
    deepEqual(await structure(), []);
  });

  it('makes the index anew, and names the records whose own differs', async () => {
    const differences = (): Promise<readonly StructuralProblem[]> => collect(inspection.index(indexOfDraft));
    deepEqual(await differences(), []);
    for (const [damage, check] of [
      [`delete from string_term where record = $`, 'the index lacks what its content gives'],
      [`update number_term set low = 0.51 where record = $`, 'the index lacks what its content gives'],
      [`update token_term set part = 7 where record = $`, 'the index has what its content does not give'],
      [
        `insert into date_term select term, 5, 6, record from date_term where record = $`,
        'the index has what its content does not give',
      ],
      [
        `update string_term set whole = whole || '.' where whole is not null and record = $`,
        'the index lacks what its content gives',
      ],
      [
        `update record set facets = facets || '{"p":["x"]}' where id = $`,
        'what it is sorted and chained by is not what its content gives',
      ],
    ] as const) {
      const { handle } = await put(newKey());
      await fixture.sql(damage.replaceAll('$', `(select id from record where handle = '${handle}')`));
      const found = await differences();
      ok(
        found.some((problem) => problem.check === check),
        damage,
      );
      deepEqual(new Set(found.map(({ place }) => place)), new Set([`record ${handle}`]));
      await fixture.sql(`update record set index_generation = 0 where handle = '${handle}'`);
      deepEqual(await differences(), []);
      equal((await stores.reindex('nothing')).indexed, 1);
      deepEqual(await differences(), []);
    }
  });

  it('reads what consents say anew, and names the directives of which something else is kept', async () => {
    const hold = (consentText: string) =>
      stores.patients.hold({
        handle: randomUUID(),
        digest: randomUUID(),
        operation: 'put',
        jws: 'a.b.c',
        consentId: randomUUID(),
        sequence: 1,
        consentText,
        receivedAt: 0,
        ledger: { state: 'pending' },
      });
    for (const text of ['{}', '{', '[]']) await hold(text);
    deepEqual(await structure(), []);
    await stores.reindex('nothing');
    deepEqual(await structure(), []);
    await fixture.sql(`delete from consent_reach where directive = 1; update consent_reach set until_ms = 0 where directive = 3;
      insert into consent_reach select 'hospital-x', purpose, 2, from_ms, until_ms from consent_reach where directive = 2`);
    deepEqual(
      (await structure()).map(({ place }) => place),
      ['directive 1', 'directive 2', 'directive 3'],
    );
    await fixture.sql('update directive set reach_generation = 0');
    await stores.reindex('nothing');
    deepEqual(await structure(), []);
  });

  it('finds what contradicts itself', async () => {
    const [first, second] = [await put(newKey()), await put(newKey())];
    await fixture.sql(`update record set version_id = 2 where handle = '${first.handle}'`);
    await fixture.sql(`update leaf set handle = 'unknown'`);
    await fixture.sql(`update log_writer set tree_size = 5`);
    await fixture.sql(`update record set deleted = true where handle = '${second.handle}'`);
    const checks = new Set((await structure()).map(({ check }) => check));
    deepEqual(
      [...checks],
      [
        'newest version is missing or differs from its record',
        'versions have a gap or are newer than their record',
        'index row of a record that is deleted or gone',
        'leaf of no version',
        'leaves are not dense, or not as many as the tree has',
      ],
    );
    const places = (await structure()).map(({ place }) => place);
    ok(places.includes(`record ${first.handle}`));
  });

  it('names a row that PostgreSQL cannot read, and goes on', async () => {
    const before = await versions();
    const version = await put(newKey());
    // A value stored outside its row, on a page that its checksum gives away.
    await fixture.sql(`update version set content = (select string_agg(md5(i::text), '') from generate_series(1, 2000) i)
      from record where record.id = version.record and handle = '${version.handle}'`);
    await fixture.sql('checkpoint');
    const [row] =
      await fixture.sql(`select current_setting('data_directory') || '/' || pg_relation_filepath(reltoastrelid)
      as path from pg_class where relname = 'version'`);
    const file = await open((row as { path: string }).path, 'r+');
    await file.write(randomBytes(64), 0, 64, 5000);
    await file.close();
    await fixture.crash();
    const found = await versions();
    equal(found.length, before.length + 1);
    equal(found.filter(({ kind }) => kind === 'unreadable').length, 1);
  });

  it('refuses a schema that lacks what this release reads, or that has left it behind', async () => {
    const refused = async (): Promise<void> =>
      rejects(openInspection(fixture.settings), (error) => isKind(error, 'misconfigured'));
    await fixture.sql('create table kept as select * from schema_migration');
    await fixture.sql('delete from schema_migration where number = 3');
    await refused();
    await fixture.sql('insert into schema_migration select * from kept where number = 3');
    await fixture.sql('insert into schema_migration values (9999, 9999)');
    await refused();
    await rejects(openPostgres(fixture.settings), (error) => isKind(error, 'misconfigured'));
    await fixture.sql('delete from schema_migration where number = 9999; drop table kept');
  });
});

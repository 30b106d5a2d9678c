/** ADR 0015: gateways of release n and n-1 run on one schema. */
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { Draft } from '@chartseal/ports';
import { isKind } from '@chartseal/ports';
import { Database } from '../database/database.ts';
import { openInspection } from '../index.ts';
import { openFixture, servers } from '../testing/fixture.ts';
import type { Fixture } from '../testing/fixture.ts';
import { migrate, migrations } from './migrate.ts';
import type { Migration } from './schema-version.ts';

const ours = Math.max(...migrations.map(({ number }) => number));
const adds: Migration = { number: ours + 1, sql: 'alter table record add column later text' };
const breaks: Migration = { number: ours + 2, sql: 'alter table record drop column later', oldestCode: ours + 1 };

const draft = (): Draft => ({
  resourceType: 'Patient',
  id: randomUUID(),
  kind: 'content',
  seal: () => ({
    content: '{}',
    commitmentKey: new Uint8Array(randomBytes(32)),
    commitment: new Uint8Array(32),
    log: 'records',
    index: [],
    patients: [],
    references: [],
    events: [],
  }),
});

for (const { name, binaries } of servers)
  describe(`The schema on ${name}`, () => {
    let fixture: Fixture;
    before(async () => {
      fixture = await openFixture(binaries);
    });
    after(() => fixture.close());

    const migrateTo = async (known: readonly Migration[]): Promise<void> => {
      const database = new Database(fixture.settings);
      try {
        await migrate(database, known);
      } finally {
        await database.close();
      }
    };
    const numbers = (): Promise<readonly unknown[]> =>
      fixture.sql('select number from schema_migration order by number');

    it('is made once, whoever starts at the same time', async () => {
      await Promise.all(Array.from({ length: 6 }, () => fixture.open()));
      deepEqual(
        await numbers(),
        migrations.map(({ number }) => ({ number })),
      );
    });

    it('of a release that knew a version alone is brought up, and that release goes on', async () => {
      await fixture.sql('drop schema public cascade; create schema public authorization pg_database_owner');
      const database = new Database(fixture.settings);
      for (const { sql } of migrations.filter(({ number }) => number <= 4)) await database.query({ text: sql });
      await database.query({ text: 'create table schema_version as select 4 as version' });
      await database.close();
      await fixture.open();
      equal((await numbers()).length, migrations.length);
      deepEqual(await fixture.sql('select version from schema_version'), [{ version: 4 }]);
    });

    it('takes what an older number brings late', async () => {
      await fixture.sql('drop table lease; delete from schema_migration where number = 9');
      await fixture.open();
      equal((await numbers()).length, migrations.length);
    });

    it('that only adds lets this release start, run and inspect beside the next', async () => {
      const running = await fixture.open();
      await migrateTo([...migrations, adds]);
      for (const stores of [running, await fixture.open()])
        equal((await stores.records.commit({ touches: [], exclusive: [], plan: () => [draft()] })).length, 1);
      await (await openInspection(fixture.settings)).close();
      equal((await numbers()).length, migrations.length + 1);
    });

    it('that leaves this release behind refuses it, naming versions, variable and remedy', async () => {
      await migrateTo([...migrations, adds, breaks]);
      const says = (error: unknown): boolean =>
        isKind(error, 'misconfigured') &&
        [`schema ${ours + 2}`, `has ${ours}`, 'POSTGRES_URL', 'Start the newer release'].every((part) =>
          error.message.includes(part),
        );
      await rejects(fixture.open(), says);
      await rejects(openInspection(fixture.settings), says);
      await migrateTo([...migrations, adds]);
      deepEqual(await fixture.sql('select version from schema_version'), [{ version: ours + 1 }]);
    });
  });

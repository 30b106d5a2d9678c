import { deepEqual } from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Database } from '../database/database.ts';
import { openFixture, type Fixture } from '../testing/fixture.ts';
import { everyPosition, newPositions, type NewSince, type Position } from './new-positions.ts';

const count = 1200;

describe('What is new to a look that goes on', () => {
  let fixture: Fixture;
  let database: Database;
  before(async () => {
    fixture = await openFixture();
    await fixture.open();
    database = new Database({ ...fixture.settings, poolSize: 1 });
    // Records 1 to 1200, each with one version; all but the last ten have leaf `id - 1`.
    await fixture.sql(`insert into record (id, resource_type, logical_id, handle, version_id, deleted, last_updated, log)
      select n, 'Basic', n::text, 'h' || n, 1, false, 0, 'records' from generate_series(1, ${count}) as n`);
    await fixture.sql(`insert into version (record, version_id, deleted, last_updated, log, commitment_key, commitment, content)
      select n, 1, false, 0, 'records', '', '', '{}' from generate_series(1, ${count}) as n`);
    await fixture.sql(`insert into leaf (log, leaf_index, handle, version_id)
      select 'records', n - 1, 'h' || n, 1 from generate_series(1, ${count - 10}) as n`);
    await fixture.sql(`insert into erasure (erasure_id, erased_at) values ('e', 0)`);
    await fixture.sql(`insert into erased_version (record, version_id, erasure_id, log) values (7, 1, 'e', 'records')`);
  });
  after(async () => {
    await database.close();
    await fixture.close();
  });

  const records = async (batches: AsyncIterable<readonly Position[]>): Promise<readonly number[]> => {
    const all: number[] = [];
    for await (const positions of batches) all.push(...positions.map(({ record }) => record));
    return all;
  };
  const numbers = (first: number, last: number): number[] =>
    Array.from({ length: last - first + 1 }, (_, at) => first + at);
  const since = (leafIndex: number, erased: NewSince['records']['erased'] = []): NewSince => ({
    records: { leafIndex, erased },
    access: { leafIndex: 0, erased: [] },
  });

  it('is everything from the beginning, once', async () => {
    deepEqual(await records(everyPosition(database)), numbers(1, count));
    deepEqual(await records(newPositions(database, since(0))), numbers(1, count));
  });

  it('is each version from a leaf on, each without a leaf, and each that was erased or is said to be', async () => {
    const withoutLeaf = numbers(count - 9, count);
    deepEqual(await records(newPositions(database, since(600))), [...numbers(601, count - 10), 7, ...withoutLeaf]);
    const told = since(1190, [
      [5, 8],
      [1188, 1195],
    ]);
    deepEqual(await records(newPositions(database, told)), [6, 7, 8, 9, 1189, 1190, ...withoutLeaf]);
  });
});

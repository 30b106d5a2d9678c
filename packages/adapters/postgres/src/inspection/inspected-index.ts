import { indexGeneration } from '@chartseal/fhir';
import type { LogName } from '@chartseal/ports';
import { bigintArray, textArray } from '../database/binary-array.ts';
import type { Database, Queryable } from '../database/database.ts';
import { asChartsealError } from '../database/pg-error.ts';
import type { ContentIndex } from '../record-store/index/content-index.ts';
import { indexRowsOf } from '../record-store/index/index-rows.ts';
import { differentRows, noFacets, rowColumns } from '../record-store/index/row-columns.ts';
import type { RecordRows } from '../record-store/index/row-columns.ts';
import { newPositions } from './new-positions.ts';
import type { NewSince } from './new-positions.ts';
import type { StructuralProblem } from './structure.ts';

type NewestRow = {
  readonly id: string;
  readonly handle: string;
  readonly resource_type: string;
  readonly logical_id: string;
  readonly deleted: boolean;
  readonly log: LogName;
  readonly content: string;
};

const batchSize = 200;

const problems = {
  missing: 'the index lacks what its content gives',
  extra: 'the index has what its content does not give',
  facets: 'what it is sorted and chained by is not what its content gives',
} as const;

/** One state of the store: nobody's write in between looks like a contradiction. */
const snapshot = 'set transaction isolation level repeatable read, read only';

/** What the content of a record gives; a deletion nothing. Undefined where it cannot be read, which the check of versions tells. */
const given = (row: NewestRow, indexOf: ContentIndex): RecordRows | undefined => {
  const record = Number(row.id);
  if (row.deleted) return { record, terms: [], dates: [], strings: [], numbers: [], tokens: [], facets: noFacets };
  try {
    const key = { resourceType: row.resource_type, id: row.logical_id };
    return { record, ...indexRowsOf(key, row.log, indexOf(row.content)) };
  } catch {
    return undefined;
  }
};

async function compare(
  queryable: Queryable,
  rows: readonly RecordRows[],
): Promise<readonly [record: number, string][]> {
  const records = bigintArray(rows.map(({ record }) => record));
  const different = await queryable.query<{ problem: 'missing' | 'extra'; record: string }>({
    text: differentRows,
    values: [records, ...rowColumns(rows)],
  });
  const facets = await queryable.query<{ id: string }>({
    text: `select r.id from unnest($1::bigint[], $2::text[]) as given (id, facets) join record r on r.id = given.id
      where r.facets is distinct from given.facets::jsonb`,
    values: [records, textArray(rows.map((row) => row.facets))],
  });
  return [
    ...different.map(({ problem, record }): [number, string] => [Number(record), problems[problem]]),
    ...facets.map(({ id }): [number, string] => [Number(id), problems.facets]),
  ];
}

/** Records, and how a problem with all of them says which they are. */
type Batch = { readonly condition: string; readonly values: readonly unknown[]; readonly place: string };

async function inspectBatch(
  queryable: Queryable,
  { condition, values }: Batch,
  indexOf: ContentIndex,
): Promise<readonly StructuralProblem[]> {
  await queryable.query({ text: snapshot });
  // Whatever an older release wrote is indexed anew as soon as this one runs.
  const rows = await queryable.query<NewestRow>({
    text: `select r.id, r.handle, r.resource_type, r.logical_id, r.deleted, r.log, v.content from record r
      join version v on v.record = r.id and v.version_id = r.version_id
      where ${condition} and r.indexed_version = r.version_id and r.index_generation = ${indexGeneration}`,
    values,
  });
  const handles = new Map(rows.map((row) => [Number(row.id), row.handle]));
  const expected = rows.flatMap((row) => given(row, indexOf) ?? []);
  const different = expected.length === 0 ? [] : await compare(queryable, expected);
  return different.map(([record, check]) => ({ check, place: `record ${handles.get(record) ?? record}` }));
}

async function lastOf(queryable: Queryable, after: number): Promise<number | undefined> {
  const [row] = await queryable.query<{ last: string | null }>({
    text: `select max(id) as last from (select id from record where id > $1 order by id limit ${batchSize}) as batch`,
    values: [after],
  });
  return row?.last === null || row === undefined ? undefined : Number(row.last);
}

async function* everyBatch(queryable: Queryable): AsyncGenerator<Batch> {
  let after = 0;
  for (let last = await lastOf(queryable, after); last !== undefined; last = await lastOf(queryable, after)) {
    const place = `records from number ${after + 1} to ${last}`;
    yield { condition: 'r.id > $1 and r.id <= $2', values: [after, last], place };
    after = last;
  }
}

async function* newBatches(queryable: Queryable, since: NewSince): AsyncGenerator<Batch> {
  for await (const positions of newPositions(queryable, since)) {
    const records = [...new Set(positions.map(({ record }) => record))];
    const place = `${records.length} records, the first of them number ${records[0]}`;
    yield { condition: 'r.id = any($1::bigint[])', values: [bigintArray(records)], place };
  }
}

/** Makes the index of each record anew, or of those with a new version, in memory, and compares. `place` names handles. */
export async function* inspectIndex(
  database: Database,
  indexOf: ContentIndex,
  since?: NewSince,
): AsyncGenerator<StructuralProblem> {
  for await (const batch of since === undefined ? everyBatch(database) : newBatches(database, since)) {
    try {
      yield* await database.transaction((transaction) => inspectBatch(transaction, batch, indexOf));
    } catch (error) {
      const { kind, message } = asChartsealError(error);
      if (kind === 'store-unavailable') throw error;
      yield { check: `the index cannot be read: ${message}`, place: batch.place };
    }
  }
}

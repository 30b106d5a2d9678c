import type { LeafRange, LogName } from '@chartseal/ports';
import { bigintArray } from '../database/binary-array.ts';
import type { Queryable } from '../database/database.ts';

/** A version's place in the store. */
export type Position = { readonly record: number; readonly versionId: number };

/** What is new to a look that goes on from an earlier one. */
export type NewSince = Readonly<
  Record<
    LogName,
    {
      /** Versions with this leaf and later ones are new, and those without a leaf. */
      readonly leafIndex: number;
      /** Leaves of erased versions: those below too are looked at again, since they change after they were anchored. */
      readonly erased: readonly LeafRange[];
    }
  >
>;

type PositionRow = { readonly record: string; readonly version_id: number };

const batchSize = 500;

const toPosition = (row: PositionRow): Position => ({ record: Number(row.record), versionId: row.version_id });

/** Every version's, in the order of the records' identities, in batches. */
export async function* everyPosition(queryable: Queryable): AsyncGenerator<readonly Position[]> {
  yield* byRecord(queryable, 'true');
}

/** Those of `since`, in batches. What gets its leaf meanwhile may be left out: it is new to the next look. */
export async function* newPositions(queryable: Queryable, since: NewSince): AsyncGenerator<readonly Position[]> {
  for (const [log, { leafIndex, erased }] of Object.entries(since)) {
    yield* byLeaf(queryable, log, leafIndex);
    yield* erasedBelow(queryable, log, leafIndex, erased);
  }
  yield* byRecord(
    queryable,
    `not exists (select from leaf l join record r on r.handle = l.handle where r.id = v.record and l.version_id = v.version_id)`,
  );
}

async function* byRecord(queryable: Queryable, condition: string): AsyncGenerator<readonly Position[]> {
  let last: Position = { record: 0, versionId: 0 };
  for (;;) {
    const rows = await queryable.query<PositionRow>({
      text: `select record, version_id from version v where (record, version_id) > ($1, $2) and ${condition}
        order by record, version_id limit ${batchSize}`,
      values: [last.record, last.versionId],
    });
    const positions = rows.map(toPosition);
    const end = positions.at(-1);
    if (end === undefined) return;
    yield positions;
    last = end;
  }
}

async function* byLeaf(queryable: Queryable, log: string, from: number): AsyncGenerator<readonly Position[]> {
  for (let next = from; ;) {
    const rows = await queryable.query<PositionRow & { readonly leaf_index: string }>({
      text: `select r.id as record, l.version_id, l.leaf_index from leaf l join record r on r.handle = l.handle
        where l.log = $1 and l.leaf_index >= $2 order by l.leaf_index limit ${batchSize}`,
      values: [log, next],
    });
    const end = rows.at(-1);
    if (end === undefined) return;
    yield rows.map(toPosition);
    next = Number(end.leaf_index) + 1;
  }
}

async function* erasedBelow(
  queryable: Queryable,
  log: string,
  below: number,
  ranges: readonly LeafRange[],
): AsyncGenerator<readonly Position[]> {
  for (let next = 0; ;) {
    const rows = await queryable.query<PositionRow & { readonly leaf_index: string }>({
      text: `select record, version_id, leaf_index from (
          select e.record, e.version_id, l.leaf_index from erased_version e join record r on r.id = e.record
            join leaf l on l.handle = r.handle and l.version_id = e.version_id where l.log = $1
          union select r.id, l.version_id, l.leaf_index from unnest($4::bigint[], $5::bigint[]) as t (first, last)
            join leaf l on l.log = $1 and l.leaf_index between t.first and t.last join record r on r.handle = l.handle) as e
        where leaf_index >= $2 and leaf_index < $3 order by leaf_index limit ${batchSize}`,
      values: [
        log,
        next,
        below,
        bigintArray(ranges.map(([first]) => first)),
        bigintArray(ranges.map(([, last]) => last)),
      ],
    });
    const end = rows.at(-1);
    if (end === undefined) return;
    yield rows.map(toPosition);
    next = Number(end.leaf_index) + 1;
  }
}

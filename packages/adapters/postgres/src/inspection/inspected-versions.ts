import type { StoredVersion } from '@chartseal/ports';
import { bigintArray, integerArray, textArray } from '../database/binary-array.ts';
import type { Queryable } from '../database/database.ts';
import { asChartsealError } from '../database/pg-error.ts';
import { toStoredVersion, versionColumns } from '../record-store/version-row.ts';
import type { VersionRow } from '../record-store/version-row.ts';
import { everyPosition, newPositions } from './new-positions.ts';
import type { NewSince, Position } from './new-positions.ts';

/** An event that tells of a record and was not yet handled by every group. */
export type PendingEvent = { readonly place: 'outbox' | 'event-log'; readonly topic: string; readonly value: string };

/** Where a version is on its way into its log. `unsequenced` with no event of it pending: nobody will sequence it. */
export type Sequencing =
  | { readonly state: 'sequenced'; readonly leafIndex: number }
  /** All events of its record, as they are: whose version they tell of is said by their `value`. */
  | { readonly state: 'unsequenced'; readonly pending: readonly PendingEvent[] };

export type InspectedVersion =
  | {
      readonly kind: 'version';
      readonly version: StoredVersion;
      readonly sequencing: Sequencing;
      /** Base64 of the SHA-256 of the bytes that are kept beside it, if any are. */
      readonly bytesHash: string | undefined;
    }
  /** A row that PostgreSQL cannot read. `place` names no FHIR id. */
  | { readonly kind: 'unreadable'; readonly place: string; readonly reason: string };

const columns = (positions: readonly Position[]): readonly Buffer[] => [
  bigintArray(positions.map(({ record }) => record)),
  integerArray(positions.map(({ versionId }) => versionId)),
];

type InspectedRow = VersionRow & { readonly bytes_hash: string | null };

const fetchRows = (queryable: Queryable, positions: readonly Position[]): Promise<readonly InspectedRow[]> =>
  queryable.query<InspectedRow>({
    text: `select ${versionColumns}, encode(sha256(b.bytes), 'base64') as bytes_hash from unnest($1::bigint[], $2::integer[]) as p (record, version_id)
      join version v on v.record = p.record and v.version_id = p.version_id join record r on r.id = v.record
      left join binary_content b on b.record = v.record and b.version_id = v.version_id
      order by v.record, v.version_id`,
    values: columns(positions),
  });

type Unreadable = Extract<InspectedVersion, { readonly kind: 'unreadable' }>;

/** One bad page must not hide the others: what cannot be read together is read one by one. */
async function fetchTolerantly(
  queryable: Queryable,
  positions: readonly Position[],
): Promise<readonly (InspectedRow | Unreadable)[]> {
  try {
    return await fetchRows(queryable, positions);
  } catch (error) {
    const { kind, message: reason } = asChartsealError(error);
    if (kind === 'store-unavailable') throw error;
    const [only] = positions;
    if (only === undefined) return [];
    if (positions.length === 1)
      return [{ kind: 'unreadable', place: `version ${only.versionId} of record ${only.record}`, reason }];
  }
  const middle = Math.ceil(positions.length / 2);
  const halves = [positions.slice(0, middle), positions.slice(middle)];
  return [
    ...(await fetchTolerantly(queryable, halves[0] ?? [])),
    ...(await fetchTolerantly(queryable, halves[1] ?? [])),
  ];
}

const nameOf = (handle: string, versionId: number): string => `${handle}/${versionId}`;

async function leavesOf(queryable: Queryable, rows: readonly VersionRow[]): Promise<ReadonlyMap<string, number>> {
  const leaves = await queryable.query<{ handle: string; version_id: number; leaf_index: string }>({
    text: `select handle, version_id, leaf_index from leaf join unnest($1::text[], $2::integer[]) as t (handle, version_id)
      using (handle, version_id)`,
    values: [textArray(rows.map(({ handle }) => handle)), integerArray(rows.map((row) => row.version_id))],
  });
  return new Map(leaves.map((leaf) => [nameOf(leaf.handle, leaf.version_id), Number(leaf.leaf_index)]));
}

type PendingRow = PendingEvent & { readonly key: string };

async function pendingOf(queryable: Queryable, handles: readonly string[]): Promise<readonly PendingRow[]> {
  if (handles.length === 0) return [];
  const keys = [textArray(handles)];
  const waiting = await queryable.query<PendingRow>({
    text: `select 'outbox' as place, topic, key, value from outbox where key = any($1::text[])`,
    values: keys,
  });
  const published = await queryable.query<PendingRow>({
    text: `select 'event-log' as place, t.name as topic, e.key, e.value
      from topic t join event e on e.topic = t.id and e.position >=
        coalesce((select min(committed) from consumer_group g where g.topic = t.id), 0)
      where e.key = any($1::text[])`,
    values: keys,
  });
  return [...waiting, ...published];
}

/** Outbox, then events, then leaves once more: the way that an event takes, so that one on the move is seen somewhere. */
async function withSequencing(
  queryable: Queryable,
  rows: readonly InspectedRow[],
): Promise<readonly InspectedVersion[]> {
  const before = await leavesOf(queryable, rows);
  const missing = rows.filter((row) => !before.has(nameOf(row.handle, row.version_id)));
  const pending = await pendingOf(queryable, [...new Set(missing.map(({ handle }) => handle))]);
  const leaves = missing.length === 0 ? before : await leavesOf(queryable, rows);
  return rows.map((row) => {
    const leafIndex = leaves.get(nameOf(row.handle, row.version_id));
    const events = pending.filter(({ key }) => key === row.handle);
    const sequencing: Sequencing =
      leafIndex === undefined
        ? { state: 'unsequenced', pending: events.map(({ place, topic, value }) => ({ place, topic, value })) }
        : { state: 'sequenced', leafIndex };
    return { kind: 'version', version: toStoredVersion(row), sequencing, bytesHash: row.bytes_hash ?? undefined };
  });
}

/** Every version, in the order of the records' identities, or those that are new. Ends at a page of the key index that cannot be read, naming it. */
export async function* inspectVersions(queryable: Queryable, since?: NewSince): AsyncGenerator<InspectedVersion> {
  let last = 0;
  try {
    for await (const positions of since === undefined ? everyPosition(queryable) : newPositions(queryable, since)) {
      const rows: InspectedRow[] = [];
      for (const item of await fetchTolerantly(queryable, positions))
        if ('kind' in item) yield item;
        else rows.push(item);
      yield* await withSequencing(queryable, rows);
      last = positions.at(-1)?.record ?? last;
    }
  } catch (error) {
    const { message, kind } = asChartsealError(error);
    if (kind === 'store-unavailable') throw error;
    yield { kind: 'unreadable', place: `versions after record ${last}`, reason: message };
  }
}

import { indexGeneration } from '@chartseal/fhir';
import { bigintArray, byteaArray, integerArray, textArray } from '../database/binary-array.ts';
import type { Queryable, Statement } from '../database/database.ts';
import type { Slot, StagedVersion } from './staging.ts';
import { eventColumns } from './outbox-rows.ts';
import { formerColumns, insertFormer, keepFormer } from './index/former-subjects.ts';
import { indexRowsOf } from './index/index-rows.ts';
import { deleteRows, insertRows, noFacets, rowColumns } from './index/row-columns.ts';
import type { RecordRows } from './index/row-columns.ts';

/** A slot with something to write, and its identity. */
export type WrittenSlot = Slot & { readonly id: number; readonly isNew: boolean };

/** Order in which new rows meet the unique index: the same for all, so that two transactions never wait for each other. */
const byKey = (a: WrittenSlot, b: WrittenSlot): number =>
  a.key.resourceType === b.key.resourceType
    ? Number(a.key.id > b.key.id) - Number(a.key.id < b.key.id)
    : Number(a.key.resourceType > b.key.resourceType) - Number(a.key.resourceType < b.key.resourceType);

const recordColumns = (slots: readonly WrittenSlot[]): readonly Buffer[] => [
  bigintArray(slots.map(({ id }) => id)),
  textArray(slots.map(({ key }) => key.resourceType)),
  textArray(slots.map(({ key }) => key.id)),
  textArray(slots.map(({ handle }) => handle)),
  integerArray(slots.map(({ versionId }) => versionId)),
  textArray(slots.map(({ state }) => state)),
  bigintArray(slots.map(({ lastUpdated }) => lastUpdated)),
  textArray(slots.map(({ log }) => log)),
];

type VersionEntry = StagedVersion & { readonly record: number };

const versionColumns = (versions: readonly VersionEntry[]): readonly Buffer[] => [
  bigintArray(versions.map(({ record }) => record)),
  integerArray(versions.map(({ stored }) => stored.versionId)),
  textArray(versions.map(({ stored }) => stored.state)),
  bigintArray(versions.map(({ time }) => time)),
  textArray(versions.map(({ stored }) => stored.log)),
  byteaArray(versions.map(({ stored }) => stored.commitmentKey)),
  byteaArray(versions.map(({ stored }) => stored.commitment)),
  textArray(versions.map(({ stored }) => stored.content)),
];

const bytesColumns = (versions: readonly VersionEntry[]): readonly Buffer[] => {
  const binaries = versions.flatMap(({ record, stored, sealed: { bytes } }) =>
    bytes === undefined ? [] : [{ record, versionId: stored.versionId, bytes }],
  );
  return [
    bigintArray(binaries.map(({ record }) => record)),
    integerArray(binaries.map(({ versionId }) => versionId)),
    byteaArray(binaries.map(({ bytes }) => bytes)),
  ];
};

const insertText = `with
  new_record as (
    insert into record (id, resource_type, logical_id, handle, version_id, deleted, last_updated, log, facets,
      index_generation, indexed_version)
    select id, type, logical_id, handle, version, state = 'deleted', time, log, facets::jsonb, ${indexGeneration}, version
    from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::text[], $7::bigint[], $8::text[],
      $9::text[]) as t (id, type, logical_id, handle, version, state, time, log, facets)),
  new_version as (
    insert into version (record, version_id, deleted, last_updated, log, commitment_key, commitment, content)
    select record, version, state = 'deleted', time, log, key, commitment, content
    from unnest($10::bigint[], $11::integer[], $12::text[], $13::bigint[], $14::text[], $15::bytea[], $16::bytea[],
      $17::text[]) as t (record, version, state, time, log, key, commitment, content)),
  new_bytes as (
    insert into binary_content (record, version_id, bytes)
    select * from unnest($18::bigint[], $19::integer[], $20::bytea[])),
  ${insertFormer(25)},
  ${insertRows(27)}
  insert into outbox (topic, key, value, headers)
  select topic, key, value, headers from unnest($21::text[], $22::text[], $23::text[], $24::text[]) with ordinality
    as t (topic, key, value, headers, place) order by place`;

/** A deleted record is found by nothing. */
const rowsOf = (slots: readonly WrittenSlot[]): RowsByRecord => {
  const rows = new Map<number, RecordRows>();
  for (const slot of slots) {
    const newest = slot.versions.at(-1);
    if (newest === undefined || slot.state === 'deleted') continue;
    rows.set(slot.id, { record: slot.id, ...indexRowsOf(slot.key, slot.log, newest.sealed) });
  }
  return rows;
};

type RowsByRecord = ReadonlyMap<number, RecordRows>;

const facetsColumn = (slots: readonly WrittenSlot[], rows: RowsByRecord): Buffer =>
  textArray(slots.map(({ id }) => rows.get(id)?.facets ?? noFacets));

/** One statement, hence atomic by itself. */
export const insertStatement = (slots: readonly WrittenSlot[], rows = rowsOf(slots)): Statement => {
  const versions = slots.flatMap(({ id, versions }) => versions.map((version) => ({ ...version, record: id })));
  const added = slots.filter(({ isNew }) => isNew).sort(byKey);
  const columns = [
    recordColumns(added),
    [facetsColumn(added, rows)],
    versionColumns(versions),
    bytesColumns(versions),
    eventColumns(versions.flatMap(({ sealed }) => sealed.events)),
    formerColumns(slots),
    rowColumns([...rows.values()]),
  ];
  return { name: 'insert-versions', text: insertText, values: columns.flat() };
};

/** Moves records that were there on to their newest version, and takes back what they were found by. */
const advanceStatement = (slots: readonly WrittenSlot[], rows: RowsByRecord): Statement => {
  const [ids, , , , versions, states, times] = recordColumns(slots);
  return {
    name: 'advance-records',
    text: `with
      ${keepFormer},
      ${deleteRows}
      update record set version_id = t.version, deleted = t.state = 'deleted', last_updated = t.time,
        facets = t.facets::jsonb, index_generation = ${indexGeneration}, indexed_version = t.version
      from unnest($1::bigint[], $2::integer[], $3::text[], $4::bigint[], $5::text[]) as t (id, version, state, time, facets)
      where record.id = t.id`,
    values: [ids, versions, states, times, facetsColumn(slots, rows)],
  };
};

/** A statement's share: a Bundle of 17,000 entries stays within what Node and PostgreSQL hold at ease. */
const chunkRecords = 500;
const chunkCharacters = 4 * 1024 * 1024;

export function chunksOf(slots: readonly WrittenSlot[]): readonly (readonly WrittenSlot[])[] {
  const chunks: WrittenSlot[][] = [];
  let size = Infinity;
  for (const slot of slots) {
    const weight = slot.versions.reduce(
      (sum, { stored, sealed }) => sum + stored.content.length + (sealed.bytes?.length ?? 0),
      0,
    );
    const chunk = chunks.at(-1);
    if (chunk === undefined || chunk.length >= chunkRecords || size + weight > chunkCharacters) {
      chunks.push([slot]);
      size = weight;
    } else {
      chunk.push(slot);
      size += weight;
    }
  }
  return chunks;
}

/** Within a transaction that holds the locks of the records that were there. */
export async function writeSlots(transaction: Queryable, slots: readonly WrittenSlot[]): Promise<void> {
  // New rows of all chunks are sorted as one: their unique index is met in one order.
  const ordered = slots.length > chunkRecords ? [...slots].sort(byKey) : slots;
  for (const chunk of chunksOf(ordered)) {
    const rows = rowsOf(chunk);
    const old = chunk.filter(({ isNew }) => !isNew);
    if (old.length > 0) await transaction.query(advanceStatement(old, rows));
    await transaction.query(insertStatement(chunk, rows));
  }
}

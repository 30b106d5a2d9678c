import { bigintArray, byteaArray, integerArray, textArray, uuidArray } from '../database/binary-array.ts';
import type { Queryable, Statement } from '../database/database.ts';
import type { Slot, StagedVersion } from './staging.ts';
import { eventColumns } from './outbox-rows.ts';
import { termsOf } from './terms.ts';
import type { DateTerm, Term } from './terms.ts';

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

const termColumns = (terms: readonly (Term & { readonly record: number })[]): readonly Buffer[] => [
  uuidArray(terms.map(({ term }) => term)),
  uuidArray(terms.map(({ qualifier }) => qualifier)),
  bigintArray(terms.map(({ record }) => record)),
];

const dateColumns = (dates: readonly (DateTerm & { readonly record: number })[]): readonly Buffer[] => [
  uuidArray(dates.map(({ term }) => term)),
  bigintArray(dates.map(({ start }) => start)),
  bigintArray(dates.map(({ end }) => end)),
  bigintArray(dates.map(({ record }) => record)),
];

const insertText = `with
  new_record as (
    insert into record (id, resource_type, logical_id, handle, version_id, deleted, last_updated, log)
    select id, type, logical_id, handle, version, state = 'deleted', time, log
    from unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::text[], $7::bigint[], $8::text[])
      as t (id, type, logical_id, handle, version, state, time, log)),
  new_version as (
    insert into version (record, version_id, deleted, last_updated, log, commitment_key, commitment, content)
    select record, version, state = 'deleted', time, log, key, commitment, content
    from unnest($9::bigint[], $10::integer[], $11::text[], $12::bigint[], $13::text[], $14::bytea[], $15::bytea[],
      $16::text[]) as t (record, version, state, time, log, key, commitment, content)),
  new_term as (
    insert into term (term, qualifier, record) select * from unnest($17::uuid[], $18::uuid[], $19::bigint[])),
  new_date as (
    insert into date_term (term, start_ms, end_ms, record)
    select * from unnest($20::uuid[], $21::bigint[], $22::bigint[], $23::bigint[]))
  insert into outbox (topic, key, value, headers)
  select topic, key, value, headers from unnest($24::text[], $25::text[], $26::text[], $27::text[]) with ordinality
    as t (topic, key, value, headers, place) order by place`;

/** One statement, hence atomic by itself. A deleted record is found by nothing. */
export const insertStatement = (slots: readonly WrittenSlot[]): Statement => {
  const versions = slots.flatMap(({ id, versions }) => versions.map((version) => ({ ...version, record: id })));
  const indexed = slots.flatMap((slot) => {
    const newest = slot.versions.at(-1);
    if (newest === undefined || slot.state === 'deleted') return [];
    return [{ record: slot.id, ...termsOf(slot.key, newest.sealed) }];
  });
  const terms = indexed.flatMap(({ record, terms }) => terms.map((term) => ({ ...term, record })));
  const dates = indexed.flatMap(({ record, dates }) => dates.map((date) => ({ ...date, record })));
  const columns = [
    recordColumns(slots.filter(({ isNew }) => isNew).sort(byKey)),
    versionColumns(versions),
    termColumns(terms),
    dateColumns(dates),
    eventColumns(versions.flatMap(({ sealed }) => sealed.events)),
  ];
  return { name: 'insert-versions', text: insertText, values: columns.flat() };
};

/** Moves records that were there on to their newest version, and takes back what they were found by. */
export const advanceStatement = (slots: readonly WrittenSlot[]): Statement => {
  const [ids, , , , versions, states, times] = recordColumns(slots);
  return {
    name: 'advance-records',
    text: `with
      old_term as (delete from term where record = any($1::bigint[])),
      old_date as (delete from date_term where record = any($1::bigint[]))
      update record set version_id = t.version, deleted = t.state = 'deleted', last_updated = t.time
      from unnest($1::bigint[], $2::integer[], $3::text[], $4::bigint[]) as t (id, version, state, time)
      where record.id = t.id`,
    values: [ids, versions, states, times],
  };
};

/** A statement's share: a Bundle of 17,000 entries stays within what Node and PostgreSQL hold at ease. */
const chunkRecords = 2000;
const chunkCharacters = 16 * 1024 * 1024;

export function chunksOf(slots: readonly WrittenSlot[]): readonly (readonly WrittenSlot[])[] {
  const chunks: WrittenSlot[][] = [];
  let size = Infinity;
  for (const slot of slots) {
    const weight = slot.versions.reduce((sum, { stored }) => sum + stored.content.length, 0);
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
  const old = slots.filter(({ isNew }) => !isNew);
  if (old.length > 0) await transaction.query(advanceStatement(old));
  // New rows of all chunks are sorted as one: their unique index is met in one order.
  const ordered = slots.length > chunkRecords ? [...slots].sort(byKey) : slots;
  for (const chunk of chunksOf(ordered)) await transaction.query(insertStatement(chunk));
}

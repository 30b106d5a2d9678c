import { setImmediate as breathe } from 'node:timers/promises';
import type { QueryResultRow } from 'pg';
import { ChartsealError, isKind } from '@chartseal/ports';
import type { RecordKey, StoredVersion, UnitView, WriteUnit } from '@chartseal/ports';
import { lockNumber } from '../database/advisory-lock.ts';
import type { Database, Queryable, Statement } from '../database/database.ts';
import { isUniqueViolation } from '../database/pg-error.ts';
import { lockRecords } from './lock-records.ts';
import type { RecordIds } from './record-ids.ts';
import { matchRecords } from './search/search-records.ts';
import { confirm, insertForSure } from './resolve-outcome.ts';
import { nameOf, Staging } from './staging.ts';
import type { Slot, StagingSources } from './staging.ts';
import { chunksOf, insertStatement, writeSlots } from './write-versions.ts';
import type { WrittenSlot } from './write-versions.ts';

export type UnitOutcome =
  | { readonly kind: 'committed'; readonly versions: readonly StoredVersion[] }
  | { readonly kind: 'refused'; readonly error: unknown };

export type FlightContext = StagingSources & { readonly database: Database; readonly ids: RecordIds };

/** Another transaction made one of the records meanwhile: to be flown again, with those locked. */
export class NewRecordTaken extends Error {
  readonly keys: readonly RecordKey[];

  constructor(keys: readonly RecordKey[]) {
    super('a new record was made by another transaction');
    this.keys = keys;
  }
}

/** Held to the end of the transaction. In one order for all, so that two never wait for each other. */
async function lockNames(transaction: Queryable, names: readonly string[]): Promise<void> {
  if (names.length === 0) return;
  const numbers = [...new Set(names.map((name) => lockNumber('exclusive', name)))].sort();
  await transaction.query({
    text: 'select pg_advisory_xact_lock(number) from unnest($1::bigint[]) as t (number)',
    values: [numbers],
  });
}

/** `failed` holds the error of a statement: it ended the transaction for all units, it is not one unit's own. */
const viewOf = (unit: WriteUnit, staging: Staging, queryable: Queryable, failed: { error?: unknown }): UnitView => {
  const touched = new Set(unit.touches.map(nameOf));
  const requireTouched = (key: RecordKey): void => {
    if (!touched.has(nameOf(key)))
      throw new ChartsealError('internal', 'a unit may look only at records that it touches');
  };
  const look = async <Row extends QueryResultRow>(statement: Statement): Promise<readonly Row[]> => {
    try {
      return await queryable.query<Row>(statement);
    } catch (error) {
      failed.error = error;
      throw error;
    }
  };
  return {
    current: (key) => {
      requireTouched(key);
      return staging.current(key);
    },
    content: async (key) => {
      requireTouched(key);
      const content = staging.content(key);
      if (content === undefined || content.kind === 'staged') return content?.text;
      const text = 'select content from version where record = $1 and version_id = $2';
      const values = [content.record, content.versionId];
      return (await look<{ content: string }>({ name: 'content', text, values }))[0]?.content;
    },
    match: (query, limit) => matchRecords(look, query, limit),
  };
};

/** PostgreSQL ends a transaction in which nothing is asked for 15 s (database.ts). */
const askEveryMs = 4000;

/** Lets others have their turn, and the server know that we are there. */
const pauseIn = (queryable: Queryable, failed: { error?: unknown }): (() => Promise<void>) => {
  let askedMs = performance.now();
  return async () => {
    await breathe();
    if (performance.now() - askedMs < askEveryMs) return;
    await queryable.query({ text: 'select' }).catch((error: unknown) => {
      failed.error = error;
      throw error;
    });
    askedMs = performance.now();
  };
};

async function planAll(units: readonly WriteUnit[], staging: Staging, queryable: Queryable): Promise<UnitOutcome[]> {
  const outcomes: UnitOutcome[] = [];
  const failed: { error?: unknown } = {};
  const pause = pauseIn(queryable, failed);
  for (const unit of units) {
    try {
      const drafts = await unit.plan(viewOf(unit, staging, queryable, failed));
      outcomes.push({ kind: 'committed', versions: await staging.stage(drafts, pause) });
    } catch (error) {
      if (failed.error !== undefined) throw failed.error;
      outcomes.push({ kind: 'refused', error });
    }
  }
  return outcomes;
}

async function withIds(slots: Iterable<Slot>, ids: RecordIds): Promise<readonly WrittenSlot[]> {
  const staged = [...slots].filter(({ versions }) => versions.length > 0);
  const fresh = await ids.take(staged.filter(({ id }) => id === undefined).length);
  let next = 0;
  return staged.map((slot) => {
    if (slot.id !== undefined) return { ...slot, id: slot.id, isNew: false };
    const id = fresh[next] ?? 0;
    next += 1;
    return { ...slot, id, isNew: true };
  });
}

const explain = (error: unknown, slots: readonly WrittenSlot[]): unknown =>
  isUniqueViolation(error) && error.table === 'record'
    ? new NewRecordTaken(slots.filter(({ isNew }) => isNew).map(({ key }) => key))
    : error;

/** `written` keeps what was written, to be looked for if the answer to the COMMIT is lost. */
async function writeAll(transaction: Queryable, slots: readonly WrittenSlot[], written: WrittenSlot[]): Promise<void> {
  if (slots.length === 0) return;
  written.push(...slots);
  try {
    await writeSlots(transaction, slots);
  } catch (error) {
    throw explain(error, slots);
  }
}

async function inTransaction<T>(
  database: Database,
  work: (transaction: Queryable, written: WrittenSlot[]) => Promise<T>,
): Promise<T> {
  let result: { readonly value: T } | undefined;
  const written: WrittenSlot[] = [];
  try {
    await database.transaction(async (transaction) => {
      result = { value: await work(transaction, written) };
    });
  } catch (error) {
    if (!isKind(error, 'outcome-unknown')) throw error;
    if (written.length > 0) await confirm(database, written, error);
  }
  if (result === undefined) throw new ChartsealError('internal', 'a transaction ended without a result');
  return result.value;
}

/** New records alone: one statement is a transaction by itself and needs no locks beforehand. */
async function flyAtOnce(units: readonly WriteUnit[], context: FlightContext): Promise<readonly UnitOutcome[]> {
  const staging = new Staging([], context);
  const outcomes = await planAll(units, staging, context.database);
  const slots = await withIds(staging.slots.values(), context.ids);
  if (slots.length === 0) return outcomes;
  try {
    if (chunksOf(slots).length === 1) await insertForSure(context.database, insertStatement(slots), slots);
    else await inTransaction(context.database, (transaction, written) => writeAll(transaction, slots, written));
  } catch (error) {
    throw explain(error, slots);
  }
  return outcomes;
}

/**
 * Writes units in one transaction. Each is planned in turn and refused alone; the rest commits together.
 * Rejects with the driver's error or NewRecordTaken, and then nothing is written; or with `outcome-unknown`.
 */
export async function fly(
  units: readonly WriteUnit[],
  learned: readonly RecordKey[],
  context: FlightContext,
): Promise<readonly UnitOutcome[]> {
  const touches = [...learned, ...units.flatMap((unit) => unit.touches)];
  const names = units.flatMap((unit) => unit.exclusive);
  if (touches.length === 0 && names.length === 0) return flyAtOnce(units, context);
  return inTransaction(context.database, async (transaction, written) => {
    await lockNames(transaction, names);
    const staging = new Staging(await lockRecords(transaction, touches), context);
    const outcomes = await planAll(units, staging, transaction);
    await writeAll(transaction, await withIds(staging.slots.values(), context.ids), written);
    return outcomes;
  });
}

import { ChartsealError } from '@chartseal/ports';
import type { UpstreamStep } from '@chartseal/ports';
import { byteaArray, textArray } from '../database/binary-array.ts';
import type { Database, Queryable } from '../database/database.ts';
import { asChartsealError } from '../database/pg-error.ts';

const begin = `insert into upstream_checkpoint (upstream, resource_type, checkpoint, revision) values ($1, $2, $3, 1)
  on conflict do nothing returning revision`;

/** The row's lock holds off who steps at the same time; when it is let go, this one's `from` is no more. */
const move = `update upstream_checkpoint set checkpoint = $3, revision = revision + 1
  where upstream = $1 and resource_type = $2 and revision = $4 returning revision`;

const take = `
insert into upstream_record as old (resource_type, id, upstream, seen)
select $2, id, $1, seen from unnest($3::text[], $4::bytea[]) as taken (id, seen) order by id
on conflict (resource_type, id) do update set seen = excluded.seen where old.upstream = excluded.upstream
returning 1 as taken`;

const forgive = `delete from upstream_refused where upstream = $1 and resource_type = $2 and id = any($3::text[])`;

const refuse = `
insert into upstream_refused as old (upstream, resource_type, id, seen, reason)
select $1, $2, id, seen, reason from unnest($3::text[], $4::bytea[], $5::text[]) as refused (id, seen, reason) order by id
on conflict (upstream, resource_type, id) do update
set seen = excluded.seen, reason = excluded.reason, refused_at = excluded.refused_at`;

const withdraw = `delete from upstream_record
  where upstream = $1 and resource_type = $2 and seen is null and id = any($3::text[])`;

const moveCheckpoint = async (transaction: Queryable, step: UpstreamStep): Promise<number> => {
  const values = [step.upstream, step.resourceType, JSON.stringify(step.checkpoint)];
  const [row] =
    step.from === undefined
      ? await transaction.query<{ revision: string }>({ text: begin, values })
      : await transaction.query<{ revision: string }>({ text: move, values: [...values, step.from] });
  if (row === undefined) throw new ChartsealError('fenced', 'another process reads this upstream');
  return Number(row.revision);
};

const saveTaken = async (transaction: Queryable, { upstream, resourceType, taken }: UpstreamStep): Promise<void> => {
  if (taken.length === 0) return;
  const ids = textArray(taken.map(({ id }) => id));
  const values = [upstream, resourceType, ids, byteaArray(taken.map(({ seen }) => seen))];
  const rows = await transaction.query({ text: take, values });
  if (rows.length < taken.length) throw new ChartsealError('conflict', 'a record belongs to another upstream');
};

const saveRefused = async (
  transaction: Queryable,
  { upstream, resourceType, taken, refused, dropped = [] }: UpstreamStep,
): Promise<void> => {
  const over = [...taken.map(({ id }) => id), ...dropped];
  if (over.length > 0) await transaction.query({ text: forgive, values: [upstream, resourceType, textArray(over)] });
  if (refused.length === 0) return;
  const ids = textArray(refused.map(({ id }) => id));
  const seen = byteaArray(refused.map((each) => each.seen));
  const reasons = textArray(refused.map(({ reason }) => reason));
  await transaction.query({ text: refuse, values: [upstream, resourceType, ids, seen, reasons] });
  await transaction.query({ text: withdraw, values: [upstream, resourceType, ids] });
};

/** All of a step, or nothing. */
export const takeStep = async (database: Database, step: UpstreamStep): Promise<number> => {
  try {
    return await database.transaction(async (transaction) => {
      const revision = await moveCheckpoint(transaction, step);
      await saveTaken(transaction, step);
      await saveRefused(transaction, step);
      return revision;
    });
  } catch (error) {
    throw asChartsealError(error);
  }
};

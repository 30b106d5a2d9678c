/**
 * Clears what PostgreSQL keeps of rows that are gone: dead tuples and pages in tables and indexes, samples in its statistics, and the write-ahead log,
 * whose old files it would use again as they are.
 */
import { ChartsealError } from '@chartseal/ports';
import { Database, type Queryable } from '../database/database.ts';
import { asChartsealError } from '../database/pg-error.ts';
import type { PostgresSettings } from '../database/settings.ts';

export type FinishedErasures = {
  readonly finished: number;
  /** What keeps older bytes and is not ours to clear: replication slots, archived logs. */
  readonly remaining: readonly string[];
};

/** Tables are written anew: as long as that takes. */
const longestStepMs = 6 * 60 * 60 * 1000;

const tablesOf = async (database: Queryable): Promise<readonly string[]> => {
  const rows = await database.query<{ name: string }>({
    text: `select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables
      where schemaname = current_schema() order by tablename`,
  });
  return rows.map(({ name }) => name);
};

/** Every table and all its indexes written anew, then fresh statistics without samples of what is gone. */
async function rewriteTables(database: Queryable): Promise<void> {
  for (const table of await tablesOf(database)) {
    await database.query({ text: `vacuum (full, analyze) ${table}` });
    await database.query({ text: `reindex table ${table}` });
  }
  for (const table of ['pg_catalog.pg_statistic', 'pg_catalog.pg_statistic_ext_data'])
    await database.query({ text: `vacuum (full) ${table}` });
}

const walFiles = async (database: Queryable): Promise<number> => {
  const [row] = await database.query<{ files: string }>({ text: 'select count(*) as files from pg_ls_waldir()' });
  return Number(row?.files ?? 0);
};

/** Files that were set aside to be used again are as many as are there at most, and hold what they held. */
async function turnLog(database: Queryable): Promise<void> {
  const turns = (await walFiles(database)) + 2;
  for (let turn = 0; turn < turns; turn += 1) {
    // Or there would be nothing to switch from.
    await database.query({ text: `select pg_logical_emit_message(true, 'chartseal', 'erased')` });
    await database.query({ text: 'select pg_switch_wal()' });
    await database.query({ text: 'checkpoint' });
  }
}

async function clearLog(database: Queryable): Promise<void> {
  await database.query({ text: 'alter system set wal_recycle = off' });
  try {
    await database.query({ text: 'select pg_reload_conf()' });
    await turnLog(database);
  } finally {
    await database.query({ text: 'alter system reset wal_recycle' });
    await database.query({ text: 'select pg_reload_conf()' });
  }
}

async function remainingOf(database: Queryable): Promise<readonly string[]> {
  const slots = await database.query<{ slot_name: string }>({ text: 'select slot_name from pg_replication_slots' });
  const [archive] = await database.query<{ mode: string }>({
    text: `select current_setting('archive_mode') as mode`,
  });
  return [
    ...slots.map(
      ({ slot_name }) => `the replication slot ${slot_name} keeps the log from before, and so does what reads it`,
    ),
    ...(archive?.mode === 'off' ? [] : ['archived log files and backups from before hold it until they expire']),
  ];
}

/**
 * Of every erasure up to now. Tables are locked one after the other while they are written anew. PostgreSQL asks for a superuser.
 * @throws ChartsealError `misconfigured` where the user is none; `store-unavailable`
 */
export async function finishErasures(settings: PostgresSettings, now: number): Promise<FinishedErasures> {
  const database = new Database({ ...settings, poolSize: 1, statementTimeoutMs: longestStepMs });
  try {
    await requireSuperuser(database);
    const [last] = await database.query<{ position: string }>({
      text: 'select coalesce(max(position), 0) as position from erasure',
    });
    await rewriteTables(database);
    await clearLog(database);
    const finished = await database.query({
      text: 'update erasure set finished_ms = $1 where position <= $2 and finished_ms is null returning erasure_id',
      values: [now, last?.position ?? 0],
    });
    return { finished: finished.length, remaining: await remainingOf(database) };
  } catch (error) {
    throw asChartsealError(error);
  } finally {
    await database.close();
  }
}

async function requireSuperuser(database: Queryable): Promise<void> {
  const [row] = await database.query<{ is_superuser: string }>({
    text: `select current_setting('is_superuser') as is_superuser`,
  });
  if (row?.is_superuser !== 'on')
    throw new ChartsealError(
      'misconfigured',
      'PostgreSQL lets a superuser alone clear its log and statistics: run this with POSTGRES_URL naming one',
    );
}

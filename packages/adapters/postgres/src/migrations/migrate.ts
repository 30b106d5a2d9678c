import { ChartsealError } from '@chartseal/ports';
import type { Database, Queryable } from '../database/database.ts';
import { asChartsealError } from '../database/pg-error.ts';
import { records } from './0001-records.ts';
import { events } from './0002-events.ts';
import { logs } from './0003-logs.ts';
import { patientsAndClients } from './0004-patients-and-clients.ts';
import { eventHeaders } from './0006-event-headers.ts';
import { leases } from './0009-leases.ts';

/** In the order in which they were made. One that was released is never changed, only followed by another. */
const migrations: readonly string[] = [records, events, logs, patientsAndClients, eventHeaders, leases];

/** Any number: it belongs to this lock alone. */
const migrationLock = 0x63_68_61_72;

const oldestServer = 150_000;

async function versionOf(transaction: Queryable): Promise<number> {
  await transaction.query({ text: 'create table if not exists schema_version (version integer not null)' });
  const rows = await transaction.query<{ version: number }>({ text: 'select version from schema_version' });
  return rows[0]?.version ?? 0;
}

async function apply(transaction: Queryable): Promise<void> {
  await transaction.query({ text: 'select pg_advisory_xact_lock($1)', values: [migrationLock] });
  const [server] = await transaction.query<{ version: string; encoding: string }>({
    text: `select current_setting('server_version_num') as version, current_setting('server_encoding') as encoding`,
  });
  if (Number(server?.version) < oldestServer || server?.encoding !== 'UTF8')
    throw new ChartsealError('misconfigured', 'the store must be PostgreSQL 15 or later, its database in UTF8');
  const version = await versionOf(transaction);
  if (version > migrations.length)
    throw new ChartsealError(
      'misconfigured',
      `the store has schema ${version}; this release knows ${migrations.length}`,
    );
  for (const migration of migrations.slice(version)) await transaction.query({ text: migration });
  await transaction.query({ text: 'delete from schema_version' });
  await transaction.query({ text: 'insert into schema_version values ($1)', values: [migrations.length] });
}

/** @throws ChartsealError `misconfigured` unless the schema is this release's. Changes nothing. */
export async function checkSchema(queryable: Queryable): Promise<void> {
  const text = `select to_regclass('schema_version') is not null as known`;
  const [table] = await queryable.query<{ known: boolean }>({ text });
  const rows =
    table?.known === true
      ? await queryable.query<{ version: number }>({ text: 'select version from schema_version' })
      : [];
  const version = rows[0]?.version ?? 0;
  if (version === migrations.length) return;
  throw new ChartsealError(
    'misconfigured',
    `the store has schema ${version}; this release works on ${migrations.length}`,
  );
}

/**
 * Brings the schema to this release's, in one transaction; of several processes that start at once one does it.
 * @throws ChartsealError `misconfigured` if the schema is newer than the code, or the server too old
 */
export async function migrate(database: Database): Promise<void> {
  try {
    await database.transaction(apply);
  } catch (error) {
    throw asChartsealError(error);
  }
}

import { ChartsealError } from '@chartseal/ports';
import type { Database, Queryable } from '../database/database.ts';
import { asChartsealError, isForbidden } from '../database/pg-error.ts';
import { records } from './0001-records.ts';
import { events } from './0002-events.ts';
import { logs } from './0003-logs.ts';
import { patientsAndClients } from './0004-patients-and-clients.ts';
import { submissions } from './0005-submissions.ts';
import { eventHeaders } from './0006-event-headers.ts';
import { ledgerCursor } from './0007-ledger-cursor.ts';
import { leases } from './0009-leases.ts';
import { searchIndex } from './0010-search-index.ts';
import { binaries } from './0011-binaries.ts';
import { imports } from './0012-imports.ts';
import { upstream } from './0013-upstream.ts';
import { registrars } from './0014-registrars.ts';
import { breakGlass } from './0015-break-glass.ts';
import { searchUnderConsent } from './0016-search-under-consent.ts';
import { erasures } from './0017-erasures.ts';
import { witness } from './0018-witness.ts';
import { logWriters } from './0019-log-writers.ts';
import { coseTreeHeads } from './0020-cose-tree-heads.ts';
import { codeVersion, readSchema, requireUsable, writeSchema } from './schema-version.ts';
import type { Migration } from './schema-version.ts';

/** In their order. One that was released is never changed, only followed by another. */
export const migrations: readonly Migration[] = [
  { number: 1, sql: records },
  { number: 2, sql: events },
  { number: 3, sql: logs },
  { number: 4, sql: patientsAndClients },
  { number: 5, sql: submissions },
  { number: 6, sql: eventHeaders },
  { number: 7, sql: ledgerCursor },
  { number: 9, sql: leases },
  { number: 10, sql: searchIndex },
  { number: 11, sql: binaries },
  { number: 12, sql: imports },
  { number: 13, sql: upstream },
  { number: 14, sql: registrars },
  { number: 15, sql: breakGlass },
  { number: 16, sql: searchUnderConsent },
  { number: 17, sql: erasures },
  { number: 18, sql: witness },
  { number: 19, sql: logWriters },
  { number: 20, sql: coseTreeHeads },
];

/** Any number: it belongs to this lock alone. */
const migrationLock = 0x63_68_61_72;

const oldestServer = 150_000;

async function requireServer(transaction: Queryable): Promise<void> {
  const [server] = await transaction.query<{ version: string; encoding: string }>({
    text: `select current_setting('server_version_num') as version, current_setting('server_encoding') as encoding`,
  });
  if (Number(server?.version) < oldestServer || server?.encoding !== 'UTF8')
    throw new ChartsealError('misconfigured', 'POSTGRES_URL must name a database in UTF8 on PostgreSQL 15 or later');
}

const apply =
  (known: readonly Migration[]) =>
  async (transaction: Queryable): Promise<void> => {
    await transaction.query({ text: 'select pg_advisory_xact_lock($1)', values: [migrationLock] });
    await requireServer(transaction);
    const schema = await readSchema(transaction);
    requireUsable(schema, codeVersion(known));
    const missing = known.filter(({ number }) => !schema.applied.has(number));
    if (missing.length === 0) return;
    // Who waits for a table's lock makes all wait who come after: rather fail, and be started again.
    await transaction.query({ text: `set local lock_timeout = '5s'` });
    for (const { sql } of missing) await transaction.query({ text: sql });
    await writeSchema(transaction, schema.applied, missing);
  };

/** @throws ChartsealError `misconfigured` unless this release can read the schema. Changes nothing. */
export async function checkSchema(queryable: Queryable): Promise<void> {
  const schema = await readSchema(queryable);
  const code = codeVersion(migrations);
  requireUsable(schema, code);
  const missing = migrations.filter(({ number }) => !schema.applied.has(number));
  if (missing.length === 0) return;
  throw new ChartsealError(
    'misconfigured',
    `the database that POSTGRES_URL names has schema ${schema.version}, older than this release's ${code}: start a service of it once`,
  );
}

/**
 * Brings the schema to this release's, in one transaction; of several processes that start at once one does it. A newer schema stays as
 * it is if this release can work on it (ADR 0015).
 * @throws ChartsealError `misconfigured` if it cannot, or the server is too old
 */
export async function migrate(database: Database, known: readonly Migration[] = migrations): Promise<void> {
  try {
    await database.transaction(apply(known));
  } catch (error) {
    throw isForbidden(error) ? mayNotMigrate(known) : asChartsealError(error);
  }
}

const mayNotMigrate = (known: readonly Migration[]): ChartsealError =>
  new ChartsealError(
    'misconfigured',
    `the database that POSTGRES_URL names needs schema ${codeVersion(known)}, and its user may not change it: start one service as the schema's owner once`,
  );

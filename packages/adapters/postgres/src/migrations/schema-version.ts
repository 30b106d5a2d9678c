import { ChartsealError } from '@chartseal/ports';
import type { Queryable } from '../database/database.ts';

/** One change of the schema. ADR 0015 says what a change may be. */
export type Migration = {
  /** Its place in the order, and the schema's version after it. Never used twice. */
  readonly number: number;
  readonly sql: string;
  /** Version of the oldest code that can work on the schema after it; absent where the change only adds. */
  readonly oldestCode?: number;
};

/** What a store says of its schema. */
export type SchemaState = {
  /** The highest migration applied; 0 for an empty database. */
  readonly version: number;
  readonly oldestCode: number;
  readonly applied: ReadonlySet<number>;
};

export const codeVersion = (migrations: readonly Migration[]): number =>
  Math.max(0, ...migrations.map(({ number }) => number));

const exists = async (queryable: Queryable, table: string): Promise<boolean> => {
  const [row] = await queryable.query<{ known: boolean }>({
    text: 'select to_regclass($1) is not null as known',
    values: [table],
  });
  return row?.known === true;
};

/** The last one of before there was a list: until then a version stood alone, and counted the migrations. */
const lastUnlisted = 4;

async function unlisted(queryable: Queryable): Promise<SchemaState> {
  const isKnown = await exists(queryable, 'schema_version');
  const rows = isKnown
    ? await queryable.query<{ version: number }>({ text: 'select version from schema_version' })
    : [];
  const version = rows[0]?.version ?? 0;
  return { version, oldestCode: 0, applied: new Set(Array.from({ length: version }, (_, index) => index + 1)) };
}

export async function readSchema(queryable: Queryable): Promise<SchemaState> {
  if (!(await exists(queryable, 'schema_migration'))) return unlisted(queryable);
  const rows = await queryable.query<{ number: number; oldest_code: number }>({
    text: 'select number, oldest_code from schema_migration',
  });
  const applied = new Set(rows.map(({ number }) => number));
  const oldestCode = Math.max(0, ...rows.map((row) => row.oldest_code));
  return { version: Math.max(0, ...applied), oldestCode, applied };
}

/**
 * Notes what is applied now. `schema_version` is what releases up to 4 look at, and they refuse more than they know: it tells them no
 * more than which code can work here.
 */
export async function writeSchema(
  transaction: Queryable,
  applied: ReadonlySet<number>,
  added: readonly Migration[],
): Promise<void> {
  await transaction.query({
    text: `create table if not exists schema_migration (number integer primary key, oldest_code integer not null)`,
  });
  const rows = [...[...applied].map((number) => ({ number, oldestCode: 0 })), ...added];
  await transaction.query({
    text: `insert into schema_migration select * from unnest($1::integer[], $2::integer[]) on conflict do nothing`,
    values: [rows.map(({ number }) => number), rows.map(({ oldestCode = 0 }) => oldestCode)],
  });
  const oldestCode = Math.max(lastUnlisted, ...added.map((migration) => migration.oldestCode ?? 0));
  await transaction.query({ text: 'create table if not exists schema_version (version integer not null)' });
  await transaction.query({
    text: 'with old as (delete from schema_version returning version) insert into schema_version select greatest($1, max(version)) from old',
    values: [oldestCode],
  });
}

/** @throws ChartsealError `misconfigured` if the schema has left this code behind */
export function requireUsable({ version, oldestCode }: SchemaState, code: number): void {
  if (oldestCode <= code) return;
  throw new ChartsealError(
    'misconfigured',
    `the database that POSTGRES_URL names has schema ${version}, which needs code of schema ${oldestCode} or later; ` +
      `this release has ${code}. Start the newer release, or restore the backup that was made before the upgrade`,
  );
}

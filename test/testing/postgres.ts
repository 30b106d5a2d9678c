/** One PostgreSQL for a whole test run, with a database that is migrated once and copied for each test file. */
import { randomUUID } from 'node:crypto';
import { temporaryPostgres } from '@chartseal/embedded/testing';
import { openPostgres, type PostgresSettings } from '@chartseal/postgres';
import { Client } from 'pg';

export type TestPostgres = {
  /** Of the migrated template: nobody may stay connected to it. */
  readonly settings: PostgresSettings;
  readonly stop: () => Promise<void>;
};

export type TestDatabase = { readonly settings: PostgresSettings; readonly close: () => Promise<void> };

const settingsVariable = 'CHARTSEAL_TEST_POSTGRES';

export const startTestPostgres = async (): Promise<TestPostgres> => {
  const postgres = await temporaryPostgres();
  const settings = await postgres.createDatabase('migrated');
  await (await openPostgres(settings)).close();
  return { settings, stop: () => postgres.close() };
};

/** A fresh copy of the run's template; where no run has started one, of a PostgreSQL for this alone. */
export const testDatabase = async (): Promise<TestDatabase> => {
  const given = process.env[settingsVariable];
  if (given !== undefined) return copyOf(JSON.parse(given) as PostgresSettings);
  const own = await startTestPostgres();
  const { settings } = await copyOf(own.settings);
  return { settings, close: own.stop };
};

const copyOf = async (template: PostgresSettings): Promise<TestDatabase> => {
  const database = `test_${randomUUID().replaceAll('-', '_')}`;
  await administer(template, `create database ${database} owner ${template.user} template ${template.database}`);
  return {
    settings: { ...template, database },
    close: () => administer(template, `drop database ${database} with (force)`),
  };
};

const administer = async (server: PostgresSettings, statement: string): Promise<void> => {
  const client = new Client({ ...server, user: 'postgres', database: 'postgres' });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
};

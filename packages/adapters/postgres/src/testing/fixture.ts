import { Client } from 'pg';
import type { Binaries } from '@chartseal/embedded';
import { oldestInstalled, temporaryPostgres } from '@chartseal/embedded/testing';
import { indexOfDraft } from '@chartseal/ports/suites';
import { openPostgres } from '../index.ts';
import type { PostgresSettings, PostgresStores } from '../index.ts';

export type Fixture = {
  readonly settings: PostgresSettings;
  /** Stores with connections of their own, as another process has them. */
  /** A statement as the superuser of tests may run it. */
  readonly sql: (text: string) => Promise<readonly unknown[]>;
  readonly open: () => Promise<PostgresStores>;
  readonly setTime: (now: number) => void;
  readonly crash: () => Promise<void>;
  readonly stop: () => Promise<void>;
  readonly close: () => Promise<void>;
};

/** A PostgreSQL for one test file, and a clock. */
export async function openFixture(binaries?: Binaries): Promise<Fixture> {
  const postgres = await temporaryPostgres(binaries);
  const opened: PostgresStores[] = [];
  let time: number | undefined;
  const clock = { now: () => time ?? Date.now() };
  return {
    settings: postgres.connection,
    sql: async (text) => {
      const client = new Client({ ...postgres.connection, user: 'postgres' });
      await client.connect();
      try {
        return (await client.query<Record<string, unknown>>(text)).rows;
      } finally {
        await client.end();
      }
    },
    open: async () => {
      const stores = await openPostgres(postgres.connection, { clock, pollMs: 20, indexOf: indexOfDraft });
      opened.push(stores);
      return stores;
    },
    setTime: (now) => {
      time = now;
    },
    crash: () => postgres.crash(),
    stop: () => postgres.stop(),
    close: async () => {
      for (const stores of opened) await stores.close();
      await postgres.close();
    },
  };
}

const installed = oldestInstalled();

/** The servers that the suites run against: npm's, and the oldest that this machine has. */
export const servers: readonly { readonly name: string; readonly binaries?: Binaries }[] = [
  { name: 'PostgreSQL 18' },
  ...(installed === undefined ? [] : [{ name: `PostgreSQL ${installed.majorVersion}`, binaries: installed }]),
];

import { temporaryPostgres } from '@chartseal/embedded/testing';
import { openPostgres } from '../index.ts';
import type { PostgresStores } from '../index.ts';

export type Fixture = {
  /** Stores with connections of their own, as another process has them. */
  open(): Promise<PostgresStores>;
  setTime(now: number): void;
  crash(): Promise<void>;
  stop(): Promise<void>;
  close(): Promise<void>;
};

/** A PostgreSQL for one test file, and a clock. */
export async function openFixture(): Promise<Fixture> {
  const postgres = await temporaryPostgres();
  const opened: PostgresStores[] = [];
  let time: number | undefined;
  const clock = { now: () => time ?? Date.now() };
  return {
    open: async () => {
      const stores = await openPostgres(postgres.connection, { clock, pollMs: 20 });
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

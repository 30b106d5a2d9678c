import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedPostgres } from '../postgres/index.ts';
import type { EmbeddedPostgres } from '../postgres/index.ts';
import { readPostmasterFile } from '../postgres/postmaster.ts';

export type TemporaryPostgres = Omit<EmbeddedPostgres, 'close'> & {
  /** kill -9; resolves when it runs again. */
  crash(): Promise<void>;
  /** Ends it for good. */
  stop(): Promise<void>;
  /** Ends it and removes its folder. */
  close(): Promise<void>;
};

/** A PostgreSQL for the tests of one file, in a temporary folder. */
export async function temporaryPostgres(): Promise<TemporaryPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'chartseal-test-'));
  // mkdtemp makes it 0700: as root, PostgreSQL's own user has to pass through.
  await chmod(folder, 0o711);
  const dataDirectory = join(folder, 'postgres');
  const open = (): Promise<EmbeddedPostgres> => openEmbeddedPostgres({ dataDirectory, log: () => {} });
  let postgres = await open();
  return {
    ...postgres,
    crash: async () => {
      const file = await readPostmasterFile(join(dataDirectory, 'cluster'));
      if (file !== undefined) process.kill(file.pid, 'SIGKILL');
      await postgres.close();
      postgres = await open();
    },
    stop: () => postgres.close({ stop: true }),
    close: async () => {
      await postgres.close({ stop: true });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

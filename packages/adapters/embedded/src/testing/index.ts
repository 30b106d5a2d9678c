import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedPostgres } from '../postgres/index.ts';
import type { Binaries, EmbeddedPostgres } from '../postgres/index.ts';
import { readPostmasterFile } from '../postgres/postmaster.ts';

export { memberEntry, testSigner } from '../ledger/test-network.ts';
export { soloLedger } from './solo-ledger.ts';

export type TemporaryPostgres = Omit<EmbeddedPostgres, 'close'> & {
  /** kill -9; resolves when it runs again. */
  crash(): Promise<void>;
  /** Ends it for good. */
  stop(): Promise<void>;
  /** Ends it and removes its folder. */
  close(): Promise<void>;
};

/** A PostgreSQL for the tests of one file, in a temporary folder. */
export async function temporaryPostgres(binaries?: Binaries): Promise<TemporaryPostgres> {
  const folder = await mkdtemp(join(tmpdir(), 'chartseal-test-'));
  // mkdtemp makes it 0700: as root, PostgreSQL's own user has to pass through.
  await chmod(folder, 0o711);
  const dataDirectory = join(folder, 'postgres');
  const open = (): Promise<EmbeddedPostgres> =>
    openEmbeddedPostgres({ dataDirectory, log: () => {}, ...(binaries === undefined ? {} : { binaries }) });
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

/** The oldest PostgreSQL (15 or later) that Debian's packages put on this machine, if there is one. */
export function oldestInstalled(): Binaries | undefined {
  for (const majorVersion of [15, 16, 17]) {
    const folder = `/usr/lib/postgresql/${majorVersion}/bin`;
    if (existsSync(join(folder, 'initdb')))
      return { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres'), majorVersion };
  }
  return undefined;
}

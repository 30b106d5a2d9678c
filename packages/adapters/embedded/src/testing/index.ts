import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedPostgres } from '../postgres/index.ts';
import type { EmbeddedPostgres } from '../postgres/index.ts';

/** A PostgreSQL for the tests of one file, in a temporary folder. `close` ends it and removes the folder. */
export async function temporaryPostgres(): Promise<Omit<EmbeddedPostgres, 'close'> & { close(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'chartseal-test-'));
  // mkdtemp makes it 0700: as root, PostgreSQL's own user has to pass through.
  await chmod(folder, 0o711);
  const postgres = await openEmbeddedPostgres({ dataDirectory: join(folder, 'postgres'), log: () => {} });
  return {
    ...postgres,
    close: async () => {
      await postgres.close({ stop: true });
      await rm(folder, { recursive: true, force: true });
    },
  };
}

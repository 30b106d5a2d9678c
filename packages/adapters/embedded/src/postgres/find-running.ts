import { resolve } from 'node:path';
import type { ConnectionSettings } from './databases.ts';
import { layoutOf } from './layout.ts';
import { isPostmaster, readPostmasterFile } from './postmaster.ts';

/**
 * How to reach the PostgreSQL that runs on this data directory; undefined if none does. It takes no lock: for those who look, or add a
 * row, while a gateway runs.
 */
export async function findRunningPostgres(dataDirectory: string): Promise<ConnectionSettings | undefined> {
  const { cluster } = layoutOf(resolve(dataDirectory));
  const file = await readPostmasterFile(cluster);
  if (file?.status !== 'ready' || (await isPostmaster(file.pid, cluster)) === 'no') return undefined;
  return { host: file.socketDirectory, port: file.port, user: 'chartseal', database: 'chartseal' };
}

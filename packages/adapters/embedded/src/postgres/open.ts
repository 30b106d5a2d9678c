import { dirname, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChartsealError, isKind } from '@chartseal/ports';
import { acquireLock } from '../ledger/lock.ts';
import type { Lock } from '../ledger/lock.ts';
import { findBinaries } from './binaries.ts';
import type { Binaries } from './binaries.ts';
import { createDatabase, ensureDatabase } from './databases.ts';
import type { ConnectionSettings } from './databases.ts';
import { ensureCluster } from './initdb.ts';
import { layoutOf, makeParents, makePrivate } from './layout.ts';
import type { Layout } from './layout.ts';
import { chooseUser } from './process-user.ts';
import { checkReach } from './reach.ts';
import { reachableBinaries } from './reachable-binaries.ts';
import { startOrAdopt, stop } from './start.ts';
import type { Installation, Running } from './start.ts';
import { supervise } from './supervise.ts';

export type EmbeddedPostgresOptions = {
  /** PostgreSQL's own folder: cluster, socket, log, lock. Made if it is missing. */
  readonly dataDirectory: string;
  readonly log: (message: string) => void;
  /** Another PostgreSQL's programs than those from npm. */
  readonly binaries?: Binaries;
};

export type EmbeddedPostgres = {
  readonly connection: ConnectionSettings;
  readonly origin: 'adopted' | 'started';
  /** Another database in the same cluster, a copy of `template` if one is given, to which nobody may be connected. */
  createDatabase(name: string, template?: string): Promise<ConnectionSettings>;
  /** Lets go of the data directory. PostgreSQL goes on for the next one, unless it is to stop (fast shutdown). */
  close(options?: { readonly stop: boolean }): Promise<void>;
};

async function holdDirectory({ root, lock }: Layout): Promise<Lock> {
  try {
    return await acquireLock(lock);
  } catch (error) {
    if (!isKind(error, 'fenced')) throw error;
    throw new ChartsealError(
      'fenced',
      `another gateway runs on ${root}: stop it first, or choose another folder`,
      {},
      { cause: error },
    );
  }
}

async function place(dataDirectory: string): Promise<Omit<Installation, 'binaries'>> {
  const layout = layoutOf(resolve(dataDirectory));
  const user = await chooseUser(layout.cluster);
  await makeParents(dirname(layout.root), user);
  await makePrivate(layout.root, user);
  return { layout, user };
}

/** A postmaster that was killed a moment ago may still look alive, and then answers nobody: it is looked for again. */
const reachLimitMs = 15_000;

async function reach(installation: Installation): Promise<{ running: Running; connection: ConnectionSettings }> {
  for (const deadline = Date.now() + reachLimitMs; ; await sleep(50)) {
    const running = await startOrAdopt(installation);
    const { socketDirectory: host, port } = running;
    const connection = { host, port, user: 'chartseal', database: 'chartseal' };
    try {
      await ensureDatabase(connection);
      return { running, connection };
    } catch (cause) {
      if (Date.now() < deadline) continue;
      const what = `PostgreSQL takes no connections; ${installation.layout.log} says why`;
      throw new ChartsealError('store-unavailable', what, {}, { cause });
    }
  }
}

/**
 * PostgreSQL on a folder of this machine. It outlives this process; the next to open the folder adopts it. A process
 * that dies without `close` leaves nothing that hinders the next. While it is open, a PostgreSQL that dies is started again.
 * @throws ChartsealError `fenced` while another process has it open; `misconfigured`, naming the folder, if PostgreSQL's
 * user cannot reach it; `store-unavailable` if PostgreSQL does not start
 */
export async function openEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { dataDirectory, log } = options;
  const { layout, user } = await place(dataDirectory);
  const lock = await holdDirectory(layout);
  try {
    const binaries = await reachableBinaries(options.binaries ?? findBinaries(), layout, user);
    await checkReach(binaries.postgres, layout.root, user);
    const installation: Installation = { layout, binaries, user };
    await ensureCluster(layout, binaries, user);
    const { running, connection } = await reach(installation);
    log(`PostgreSQL ${running.origin} (process ${running.pid}, data in ${layout.cluster})`);
    const supervision = supervise(installation, running.pid, log);
    return {
      connection,
      origin: running.origin,
      createDatabase: (name, template) => createDatabase(connection, name, template),
      close: async (options) => {
        await supervision.end();
        if (options?.stop === true) await stop(installation);
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

import { spawn } from 'node:child_process';
import { open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChartsealError } from '@chartseal/ports';
import type { Binaries } from './binaries.ts';
import { environment, writeAccessRules } from './initdb.ts';
import type { Layout } from './layout.ts';
import { hasSurvivors, isPostmaster, isRunning, readPostmasterFile } from './postmaster.ts';
import type { PostmasterFile } from './postmaster.ts';
import { identityOf } from './process-user.ts';
import type { ProcessUser } from './process-user.ts';
import { postgresArguments } from './settings.ts';
import { prepareSocketDirectory, socketPort } from './socket-directory.ts';

export type Installation = { readonly layout: Layout; readonly binaries: Binaries; readonly user: ProcessUser };
export type Running = PostmasterFile & { readonly origin: 'adopted' | 'started' };

/** A stopping or killed PostgreSQL is gone by then. */
const departureLimitMs = 60_000;
/** Recovery after a crash replays at most max_wal_size. */
const recoveryLimitMs = 300_000;
const pollMs = 20;
const largestLog = 16 * 1024 * 1024;

const failure = ({ layout }: Installation, what: string): ChartsealError =>
  new ChartsealError('store-unavailable', `PostgreSQL ${what}; ${layout.log} says why`);

async function waitUntilReady(installation: Installation, pid: number): Promise<PostmasterFile | undefined> {
  for (const deadline = Date.now() + recoveryLimitMs; Date.now() < deadline; await sleep(pollMs)) {
    const file = await readPostmasterFile(installation.layout.cluster);
    if (file?.pid === pid && file.status === 'ready') return file;
    if (!isRunning(pid) || (file?.pid === pid && file.status === 'stopping')) return undefined;
  }
  throw failure(installation, 'did not become ready');
}

/** The running postmaster of this cluster, once it is ready; undefined if there is none. */
async function adopt(installation: Installation): Promise<Running | undefined> {
  const { cluster } = installation.layout;
  const file = await readPostmasterFile(cluster);
  if (file === undefined || (await isPostmaster(file.pid, cluster)) === 'no') return undefined;
  const ready = await waitUntilReady(installation, file.pid);
  return ready === undefined ? undefined : { ...ready, origin: 'adopted' };
}

/**
 * PostgreSQL itself takes over the file of a postmaster that is gone, and refuses while backends of it live: the file
 * is left to it. Only where the process id now belongs to a stranger, and nothing works on the cluster, is it removed.
 */
async function removeIfSurelyStale(cluster: string): Promise<void> {
  const file = await readPostmasterFile(cluster);
  if (file === undefined || !isRunning(file.pid)) return;
  if ((await isPostmaster(file.pid, cluster)) !== 'no' || (await hasSurvivors(cluster)) !== 'no') return;
  await rm(join(cluster, 'postmaster.pid'), { force: true });
}

async function openLog(path: string): Promise<Awaited<ReturnType<typeof open>>> {
  const size = await stat(path).then(
    (found) => found.size,
    () => 0,
  );
  if (size > largestLog) await rename(path, `${path}.old`);
  return open(path, 'a', 0o600);
}

/** Detached, in a session and process group of its own: no signal to Node or its group reaches it. */
async function spawnPostmaster(installation: Installation): Promise<number | undefined> {
  const { layout, binaries, user } = installation;
  await writeAccessRules(layout, user);
  const socketDirectory = await prepareSocketDirectory(layout, user);
  const log = await openLog(layout.log);
  try {
    const child = spawn(
      binaries.postgres,
      postgresArguments({
        cluster: layout.cluster,
        socketDirectory,
        port: socketPort,
        majorVersion: binaries.majorVersion,
      }),
      {
        cwd: layout.cluster,
        detached: true,
        env: environment,
        stdio: ['ignore', log.fd, log.fd],
        ...identityOf(user),
      },
    );
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    child.unref();
    return child.pid;
  } finally {
    await log.close();
  }
}

/**
 * Adopts the cluster's live postmaster, or starts one; what is left of a killed one is waited out.
 * Only one may do so at a time for a cluster (the caller holds its lock).
 * @throws ChartsealError `store-unavailable`, naming PostgreSQL's log
 */
export async function startOrAdopt(installation: Installation): Promise<Running> {
  const { cluster } = installation.layout;
  for (const deadline = Date.now() + departureLimitMs; Date.now() < deadline; await sleep(100)) {
    const found = await adopt(installation);
    if (found !== undefined) return found;
    const file = await readPostmasterFile(cluster);
    if (file?.status === 'stopping' && (await isPostmaster(file.pid, cluster)) !== 'no') continue;
    await removeIfSurelyStale(cluster);
    const pid = await spawnPostmaster(installation);
    const ready = pid === undefined ? undefined : await waitUntilReady(installation, pid);
    if (ready !== undefined) return { ...ready, origin: 'started' };
  }
  throw failure(installation, 'does not start');
}

/** Fast shutdown: sessions are ended, a checkpoint is written. */
export async function stop(installation: Installation): Promise<void> {
  const { cluster } = installation.layout;
  const file = await readPostmasterFile(cluster);
  if (file === undefined || (await isPostmaster(file.pid, cluster)) === 'no') return;
  process.kill(file.pid, 'SIGINT');
  for (const deadline = Date.now() + departureLimitMs; Date.now() < deadline; await sleep(pollMs))
    if (!isRunning(file.pid)) return;
  throw failure(installation, 'does not stop');
}

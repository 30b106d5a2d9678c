import { readFileSync } from 'node:fs';
import { readdir, readFile, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';

/** `postmaster.pid`, miscadmin.h: LOCK_FILE_LINE_*. */
export type PostmasterFile = {
  readonly pid: number;
  readonly port: number;
  readonly socketDirectory: string;
  readonly status: 'starting' | 'stopping' | 'ready' | 'standby' | '';
};

export async function readPostmasterFile(cluster: string): Promise<PostmasterFile | undefined> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const lines = text.split('\n');
  const pid = Number(lines[0]);
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  return {
    pid,
    port: Number(lines[3] ?? 0),
    socketDirectory: lines[4] ?? '',
    status: (lines[7] ?? '').trim() as PostmasterFile['status'],
  };
}

/** A process whose parent has not yet read its exit (a zombie) runs no more. */
const isZombie = (pid: number): boolean => {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return line[line.lastIndexOf(')') + 2] === 'Z';
  } catch {
    return false;
  }
};

const maySignal = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** Whether a process of ours, or any if we are root, runs under that id. */
export const isRunning = (pid: number): boolean => maySignal(pid) && !isZombie(pid);

/** Whether the process works in that folder, as every process of a cluster does; undefined where the system cannot say. */
async function worksIn(pid: number, folder: string): Promise<boolean | undefined> {
  try {
    return (await readlink(`/proc/${pid}/cwd`)) === folder;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'ENOENT' && (await realpath('/proc/self').catch(() => undefined)) !== undefined ? false : undefined;
  }
}

/**
 * Process ids come round again: the one in the file may be somebody else's by now. A process that we may not signal is:
 * PostgreSQL runs as our own user, or we are root.
 */
export async function isPostmaster(pid: number, cluster: string): Promise<'yes' | 'no' | 'unknown'> {
  if (!maySignal(pid) || isZombie(pid)) return 'no';
  const answer = await worksIn(pid, await realpath(cluster));
  if (answer === undefined) return 'unknown';
  return answer ? 'yes' : 'no';
}

/**
 * Whether any process still works on the cluster: the backends of a postmaster that was killed go on until they notice.
 * `unknown` where there is no /proc to look through.
 */
export async function hasSurvivors(cluster: string): Promise<'yes' | 'no' | 'unknown'> {
  const folder = await realpath(cluster);
  const names = await readdir('/proc').catch(() => []);
  const pids = names.map(Number).filter((pid) => Number.isSafeInteger(pid) && pid > 0);
  if (pids.length === 0) return 'unknown';
  for (const pid of pids) if (!isZombie(pid) && (await worksIn(pid, folder)) === true) return 'yes';
  return 'no';
}

import { readFileSync } from 'node:fs';
import { readFile, rename, rm } from 'node:fs/promises';
import { ChartsealError } from '@chartseal/ports';
import { createExclusively } from '../create-exclusively.ts';

export type Lock = { release(): Promise<void> };

/**
 * The right to write in a directory: a file that names a process by its id and start time, since ids come round again. A
 * lock whose process is gone (kill -9) is taken over. Rejects with `fenced` while another writer lives.
 */
export async function acquireLock(path: string): Promise<Lock> {
  const own = JSON.stringify(identityOf(process.pid));
  for (let attempt = 0; attempt < 5; attempt += 1) {
    if (await createExclusively(path, own)) return { release: () => rm(path, { force: true }) };
    const found = await readFile(path, 'utf8').catch(() => undefined);
    if (found === undefined) continue;
    if (isAlive(found)) break;
    // Renamed, not removed: of two that find the same stale lock only one moves it away, and a fresh lock that the
    // other made meanwhile is put back.
    const aside = `${path}.${process.pid}`;
    const isMoved = await rename(path, aside).then(
      () => true,
      () => false,
    );
    if (!isMoved) continue;
    if ((await readFile(aside, 'utf8')) === found) await rm(aside, { force: true });
    else await rename(aside, path);
  }
  throw new ChartsealError('fenced', 'another process writes this ledger');
}

type ProcessIdentity = { readonly pid: number; readonly startTime: string };

/** Start time in clock ticks since boot (proc(5), field 22 of stat); empty where there is no /proc. */
function identityOf(pid: number): ProcessIdentity {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return { pid, startTime: stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '' };
  } catch {
    return { pid, startTime: '' };
  }
}

function isAlive(lock: string): boolean {
  try {
    const { pid, startTime } = JSON.parse(lock) as ProcessIdentity;
    process.kill(pid, 0);
    return identityOf(pid).startTime === startTime;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

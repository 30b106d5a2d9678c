import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChartsealError } from '@chartseal/ports';
import { createExclusively } from '../create-exclusively.ts';

export type FileLock = {
  /** @throws ChartsealError `store-unavailable` if another process took the lock over meanwhile, since this one stood still for too long */
  requireHeld(): Promise<void>;
  release(): Promise<void>;
};

const pollMs = 20;
const beatMs = 500;
const silentMs = 3000;
const longestWaitMs = 30_000;

/**
 * A lock between processes that may not see each other: services in containers share a volume, and each is process 1. So no process id counts,
 * and no clock but the waiter's own: the holder gives a sign of life twice a second, and who sees none for three takes over.
 */
export const lockFile = async (path: string): Promise<FileLock> => {
  const own = randomUUID();
  const started = performance.now();
  let sign: string | undefined;
  let seenAtMs = started;
  while (!(await createExclusively(path, own))) {
    const now = performance.now();
    const found = await signOf(path);
    if (found !== sign) [sign, seenAtMs] = [found, now];
    else if (now - seenAtMs > silentMs) await moveAside(path, found);
    if (now - started > longestWaitMs)
      throw new ChartsealError('store-unavailable', `another process holds ${path} and does not let go`);
    await sleep(pollMs);
  }
  const beat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), beatMs);
  const isHeld = async (): Promise<boolean> => (await contentOf(path)) === own;
  return {
    requireHeld: async () => {
      if (!(await isHeld()))
        throw new ChartsealError('store-unavailable', `another process has taken ${path} over: try again`);
    },
    release: async () => {
      clearInterval(beat);
      if (await isHeld()) await rm(path, { force: true });
    },
  };
};

const contentOf = (path: string): Promise<string | undefined> => readFile(path, 'utf8').catch(() => undefined);

const signOf = async (path: string): Promise<string | undefined> => {
  const content = await contentOf(path);
  const times = await stat(path).catch(() => undefined);
  return content === undefined || times === undefined ? undefined : `${content} ${times.mtimeMs}`;
};

/** Renamed, not removed: of several that find the same silent lock one moves it away, and a fresh one that it caught instead is put back. */
const moveAside = async (path: string, silent: string | undefined): Promise<void> => {
  if (silent === undefined || (await signOf(path)) !== silent) return;
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  if ((await signOf(aside)) !== silent) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
};

import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isKind } from '@chartseal/ports';
import { acquireLock } from '../ledger/lock.ts';
import type { Lock } from '../ledger/lock.ts';
import { readKeyringFile, writeKeyringFile } from './keyring-file.ts';

/** What a keyring file holds, changed by several processes. */
export type KeyringStore<T> = {
  /** As last read or written here. */
  known(): T;
  /**
   * One change after the other, each on what the file holds by then, while no other process changes it. `apply` answers what it found where
   * there is nothing to change. Durable when it resolves.
   */
  change(apply: (found: T) => T | Promise<T>): Promise<void>;
};

const lockAttempts = 200;

async function waitForLock(path: string): Promise<Lock> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await acquireLock(path);
    } catch (error) {
      if (!isKind(error, 'fenced') || attempt === lockAttempts) throw error;
      await sleep(25);
    }
  }
}

/** Other processes (the command line adds clients while a gateway runs) write the same file. */
async function whileLocked<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = await waitForLock(`${path}.lock`);
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

/**
 * A keyring in one file that its owner alone can read; made with the first change.
 * @param format first line of the file
 * @param empty what there is before that
 * @throws ChartsealError `corrupt` for a damaged file, `misconfigured` for one that others can read
 */
export async function openKeyringStore<T>(path: string, format: string, empty: T): Promise<KeyringStore<T>> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  let known = await readKeyringFile(path, format, empty);
  let last: Promise<unknown> = Promise.resolve();
  return {
    known: () => known,
    change: (apply) => {
      const next = last.then(() =>
        whileLocked(path, async () => {
          const found = await readKeyringFile(path, format, empty);
          const changed = await apply(found);
          if (changed !== found) await writeKeyringFile(path, format, changed);
          known = changed;
        }),
      );
      last = next.catch(() => undefined);
      return next;
    },
  };
}

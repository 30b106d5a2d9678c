import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { lockFile } from './file-lock.ts';
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

  /** Other processes (the command line adds clients while a gateway runs) write the same file. */
  const changeFile = async (apply: (found: T) => T | Promise<T>): Promise<void> => {
    const lock = await lockFile(`${path}.lock`);
    try {
      const found = await readKeyringFile(path, format, empty);
      const changed = await apply(found);
      await lock.requireHeld();
      if (changed !== found) await writeKeyringFile(path, format, changed);
      known = changed;
    } finally {
      await lock.release();
    }
  };

  return {
    known: () => known,
    change: (apply) => {
      const next = last.then(() => changeFile(apply));
      last = next.catch(() => undefined);
      return next;
    },
  };
}

import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChartsealError, isKind } from '@chartseal/ports';
import type { KeyVault } from '@chartseal/ports';
import { acquireLock } from '../ledger/lock.ts';
import type { Lock } from '../ledger/lock.ts';
import { newKey, privateJwkOf, signerOf } from './keys.ts';
import { readKeyring, writeKeyring } from './keyring-file.ts';
import type { Keyring, StoredKey } from './keyring-file.ts';

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
 * A key vault in one file that its owner alone can read; made on first use.
 * @throws ChartsealError `corrupt` for a damaged file, `misconfigured` for one that others can read
 */
export async function openKeyring({ path }: { readonly path: string }): Promise<KeyVault> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  let known = await readKeyring(path);
  let last: Promise<unknown> = Promise.resolve();

  /** One change after the other, each on what the file holds by then. */
  const change = (apply: (found: Keyring) => Keyring): Promise<void> => {
    const next = last.then(() =>
      whileLocked(path, async () => {
        const found = await readKeyring(path);
        const changed = apply(found);
        if (changed !== found) await writeKeyring(path, changed);
        known = changed;
      }),
    );
    last = next.catch(() => undefined);
    return next;
  };

  const key = async (name: string, algorithm: StoredKey['algorithm']): Promise<StoredKey> => {
    if (!Object.hasOwn(known.keys, name))
      await change((found) =>
        Object.hasOwn(found.keys, name) ? found : { ...found, keys: { ...found.keys, [name]: newKey(algorithm) } },
      );
    const stored = known.keys[name];
    if (stored?.algorithm === algorithm) return stored;
    throw new ChartsealError('misconfigured', `the key ${name} is not one for ${algorithm}`);
  };

  return {
    signer: async (name, algorithm) => signerOf(await key(name, algorithm), algorithm),
    privateJwk: async (name, algorithm) => privateJwkOf(await key(name, algorithm)),
    secret: async (name) => {
      if (!Object.hasOwn(known.secrets, name)) {
        const fresh = randomBytes(32).toString('base64');
        await change((found) =>
          Object.hasOwn(found.secrets, name) ? found : { ...found, secrets: { ...found.secrets, [name]: fresh } },
        );
      }
      return new Uint8Array(Buffer.from(known.secrets[name] ?? '', 'base64'));
    },
  };
}

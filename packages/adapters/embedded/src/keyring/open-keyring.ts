import { randomBytes } from 'node:crypto';
import { ChartsealError } from '@chartseal/ports';
import type { KeyVault } from '@chartseal/ports';
import { newKey, privateJwkOf, signerOf } from './keys.ts';
import type { StoredKey } from './keys.ts';
import { openKeyringStore } from './keyring-store.ts';

/** Private keys as JWK by name, and secrets as base64 by name. */
type Keyring = {
  readonly keys: Readonly<Record<string, StoredKey>>;
  readonly secrets: Readonly<Record<string, string>>;
};

const format = 'chartseal-keyring/v1';

/**
 * A key vault in one file that its owner alone can read; made on first use.
 * @throws ChartsealError `corrupt` for a damaged file, `misconfigured` for one that others can read
 */
export async function openKeyring({ path }: { readonly path: string }): Promise<KeyVault> {
  const store = await openKeyringStore<Keyring>(path, format, { keys: {}, secrets: {} });

  const key = async (name: string, algorithm: StoredKey['algorithm']): Promise<StoredKey> => {
    if (!Object.hasOwn(store.known().keys, name))
      await store.change((found) =>
        Object.hasOwn(found.keys, name) ? found : { ...found, keys: { ...found.keys, [name]: newKey(algorithm) } },
      );
    const stored = store.known().keys[name];
    if (stored?.algorithm === algorithm) return stored;
    throw new ChartsealError('misconfigured', `the key ${name} is not one for ${algorithm}`);
  };

  return {
    signer: async (name, algorithm) => signerOf(await key(name, algorithm), algorithm),
    privateJwk: async (name, algorithm) => privateJwkOf(await key(name, algorithm)),
    secret: async (name) => {
      if (!Object.hasOwn(store.known().secrets, name)) {
        const fresh = randomBytes(32).toString('base64');
        await store.change((found) =>
          Object.hasOwn(found.secrets, name) ? found : { ...found, secrets: { ...found.secrets, [name]: fresh } },
        );
      }
      return new Uint8Array(Buffer.from(store.known().secrets[name] ?? '', 'base64'));
    },
  };
}

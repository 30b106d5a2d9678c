import { randomBytes } from 'node:crypto';
import { newKey, openKeyringStore, privateJwkOf, type KeyringStore, type StoredKey } from '@chartseal/embedded';
import { ChartsealError, type KeyVault, type Signer } from '@chartseal/ports';
import { findPrivateKey, generateKeyPair, readPublicKey } from './key-pair.ts';
import { emptyKeyring, type HsmKeyring, sealedEntry } from './sealed-keyring.ts';
import { lostKey, tokenSigner } from './token-signer.ts';
import { type Session, TokenSession, type TokenSettings } from './token-session.ts';

export type HsmSettings = TokenSettings & {
  /** Where what the token cannot hold is kept, sealed by a key that it does. All processes of a gateway share it. */
  readonly keyringFile: string;
};

const format = 'chartseal-hsm-keyring/v1';

/**
 * A key vault whose signing keys never leave an HSM. Secrets, and private keys for libraries that cannot be given a signer, lie in a file that
 * only the HSM opens.
 * @throws ChartsealError `misconfigured`, naming PKCS11_MODULE, PKCS11_TOKEN_LABEL or PKCS11_PIN_FILE; `corrupt` for a damaged file
 */
export const openHsm = async (settings: HsmSettings): Promise<KeyVault & AsyncDisposable> => {
  const store = await openKeyringStore<HsmKeyring>(settings.keyringFile, format, emptyKeyring);
  const token = new TokenSession(settings);
  const signers = new Map<string, Promise<Signer>>();
  const entries = new Map<string, Promise<Buffer>>();

  const entry = (name: string, make: () => Buffer): Promise<Buffer> =>
    once(entries, name, () => sealedEntry(store, token, name, make));

  return {
    signer: async (name, algorithm) => {
      const signer = await once(signers, name, () => signerOf(store, token, name, algorithm));
      return signer.algorithm === algorithm ? signer : refuse(name, algorithm);
    },
    secret: async (name) => new Uint8Array(await entry(`secret ${name}`, () => randomBytes(32))),
    privateJwk: async (name, algorithm) => {
      const stored = await entry(`key ${name}`, () => Buffer.from(JSON.stringify(newKey(algorithm))));
      const key = JSON.parse(stored.toString()) as StoredKey;
      return key.algorithm === algorithm ? privateJwkOf(key) : refuse(name, algorithm);
    },
    [Symbol.asyncDispose]: () => token.close(),
  };
};

const refuse = (name: string, algorithm: string): never => {
  throw new ChartsealError('misconfigured', `the key ${name} is not one for ${algorithm}`);
};

/** Asks the HSM once for what does not change. */
const once = <T>(known: Map<string, Promise<T>>, name: string, ask: () => Promise<T>): Promise<T> => {
  const found = known.get(name);
  if (found !== undefined) return found;
  const asked = ask();
  known.set(name, asked);
  asked.catch(() => known.delete(name));
  return asked;
};

const signerOf = async (
  store: KeyringStore<HsmKeyring>,
  token: TokenSession,
  name: string,
  algorithm: Signer['algorithm'],
): Promise<Signer> => {
  if (!Object.hasOwn(store.known().signers, name))
    await store.change(async (found) => {
      if (Object.hasOwn(found.signers, name)) return found;
      const publicKey = await token.run((session) => publicKeyOf(session, name, algorithm));
      return { ...found, signers: { ...found.signers, [name]: { algorithm, publicKey } } };
    });
  const known = store.known().signers[name];
  if (known === undefined) throw lostKey(name);
  if (known.algorithm !== algorithm) return refuse(name, algorithm);
  const onToken = await token.run((session) =>
    findPrivateKey(session, name) === undefined ? undefined : readPublicKey(session, name, algorithm),
  );
  if (onToken?.toString('base64') !== known.publicKey) throw lostKey(name);
  return tokenSigner(token, name, algorithm, onToken);
};

/** While the file is locked. A key that is there was made just before a crash, or the file is new: it is taken. */
const publicKeyOf = (session: Session, name: string, algorithm: Signer['algorithm']): string => {
  if (findPrivateKey(session, name) === undefined) generateKeyPair(session, name, algorithm);
  return readPublicKey(session, name, algorithm)?.toString('base64') ?? refuse(name, algorithm);
};

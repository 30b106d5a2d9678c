import type { KeyringStore } from '@chartseal/embedded';
import { ChartsealError, type Signer } from '@chartseal/ports';
import { isLost } from './pkcs11-error.ts';
import type { Handle } from './pkcs11js.ts';
import { findSealingKey, generateSealingKey, seal, unseal } from './sealing-key.ts';
import { lostKey } from './token-signer.ts';
import type { Session, TokenSession } from './token-session.ts';

/** What the keyring file of an HSM holds. */
export type HsmKeyring = {
  /** Which keys the token has made; SubjectPublicKeyInfo, base64. A token that lacks one is not the one that was there. */
  readonly signers: Readonly<Record<string, { readonly algorithm: Signer['algorithm']; readonly publicKey: string }>>;
  /** What the token cannot hold, sealed by its key. */
  readonly sealed: Readonly<Record<string, string>>;
};

export const emptyKeyring: HsmKeyring = { signers: {}, sealed: {} };

/**
 * An entry of the file, made by `make` if it is new.
 * @throws ChartsealError `corrupt` if it was changed, or the token has another sealing key
 */
export const sealedEntry = async (
  store: KeyringStore<HsmKeyring>,
  token: TokenSession,
  entry: string,
  make: () => Buffer,
): Promise<Buffer> => {
  if (!Object.hasOwn(store.known().sealed, entry))
    await store.change(async (found) => {
      if (Object.hasOwn(found.sealed, entry)) return found;
      const text = await token.run((session) => seal(session, sealingKey(session, found), entry, make()));
      return { ...found, sealed: { ...found.sealed, [entry]: text } };
    });
  return token.run((session) => opened(session, store.known(), entry));
};

/** While the file is locked: of two processes only one makes the key. */
const sealingKey = (session: Session, { sealed }: HsmKeyring): Handle => {
  const key = findSealingKey(session);
  if (key !== undefined) return key;
  if (Object.keys(sealed).length > 0) throw lostKey('keyring');
  return generateSealingKey(session);
};

const opened = (session: Session, { sealed }: HsmKeyring, entry: string): Buffer => {
  const key = findSealingKey(session);
  if (key === undefined) throw lostKey('keyring');
  try {
    return unseal(session, key, entry, sealed[entry] ?? '');
  } catch (cause) {
    if (isLost(cause)) throw cause;
    throw new ChartsealError(
      'corrupt',
      'the keyring of PKCS11_KEYRING_FILE does not open with this token’s key: restore file and token from the same backup',
      {},
      { cause },
    );
  }
};

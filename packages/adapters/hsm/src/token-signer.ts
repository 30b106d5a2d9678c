import { ChartsealError, type Signer } from '@chartseal/ports';
import { findPrivateKey, isVerified, sign } from './key-pair.ts';
import type { Handle } from './pkcs11js.ts';
import type { Session, TokenSession } from './token-session.ts';

const trial = new TextEncoder().encode('chartseal: whether the token signs');

/**
 * A signer whose private key stays on the token. It has signed once when it is handed over.
 * @throws ChartsealError `corrupt` if the token has lost the key, `misconfigured` if it signs in another way than the standards say
 */
export const tokenSigner = async (
  token: TokenSession,
  name: string,
  algorithm: Signer['algorithm'],
  publicKey: Buffer,
): Promise<Signer> => {
  let found: { readonly key: Handle; readonly epoch: number } | undefined;

  const keyIn = (session: Session): Handle => {
    if (found?.epoch === session.epoch) return found.key;
    const key = findPrivateKey(session, name);
    if (key === undefined) throw lostKey(name);
    found = { key, epoch: session.epoch };
    return key;
  };

  const signed = (data: Uint8Array): Promise<Buffer> =>
    token.run((session) => sign(session, keyIn(session), algorithm, data));

  if (!isVerified(publicKey, algorithm, trial, await signed(trial)))
    throw new ChartsealError(
      'misconfigured',
      `the HSM of PKCS11_MODULE does not sign ${algorithm} as others verify it`,
    );
  return {
    algorithm,
    publicKey: new Uint8Array(publicKey),
    sign: async (data) => new Uint8Array(await signed(data)),
  };
};

export const lostKey = (name: string): ChartsealError =>
  new ChartsealError(
    'corrupt',
    `the token does not hold the key ${name}, which it once made: restore the token from its backup`,
  );

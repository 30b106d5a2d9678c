import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { Signer } from '@chartseal/ports';

/** An Ed25519 key of an organisation, or of the embedded ledger. */
export const testSigner = (): Signer => {
  const { privateKey } = generateKeyPairSync('ed25519');
  return {
    algorithm: 'Ed25519',
    publicKey: createPublicKey(privateKey).export({ format: 'der', type: 'spki' }),
    sign: async (data) => sign(null, data, privateKey),
  };
};

import { hash } from 'node:crypto';
import type { KeyVault } from '@chartseal/ports';
import { makeVerifierKey, type VerifierKey } from '@chartseal/tlog';

const sha256 = (data: Uint8Array): Uint8Array => new Uint8Array(hash('sha256', data, 'buffer'));

/** RFC 8410: an Ed25519 key is the end of its SubjectPublicKeyInfo. */
const rawKeyLength = 32;

/** Whose signature decision receipts carry: `<logOrigin>/decisions`, a C2SP verifier key as those of the logs are. */
export const decisionsKey = async (vault: Pick<KeyVault, 'signer'>, logOrigin: string): Promise<VerifierKey> => {
  const { publicKey } = await vault.signer('decisions', 'Ed25519');
  return makeVerifierKey(sha256, `${logOrigin}/decisions`, publicKey.subarray(-rawKeyLength));
};

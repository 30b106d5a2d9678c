/** The reason of an emergency (consent-semantics B13) tells of an illness, and tokens pass through proxies and their logs: in ours it is a JWE (RFC 7516, `dir`, A256GCM). */
import { hkdfSync } from 'node:crypto';
import { ChartsealError, type PrivateJwk } from '@chartseal/ports';
import { CompactEncrypt, compactDecrypt } from 'jose';

/** Of all processes that share the signing key, and of nothing else that it does. */
const keyOf = ({ d }: PrivateJwk): Uint8Array => {
  if (typeof d !== 'string') throw new ChartsealError('misconfigured', 'the token key is not a private one');
  return new Uint8Array(hkdfSync('sha256', Buffer.from(d, 'base64url'), '', 'chartseal token reason', 32));
};

export const sealReason = (reason: string, signingKey: PrivateJwk): Promise<string> =>
  new CompactEncrypt(new TextEncoder().encode(reason))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
    .encrypt(keyOf(signingKey));

/** @throws jose’s errors for what `sealReason` did not make */
export const openReason = async (sealed: string, signingKey: PrivateJwk): Promise<string> => {
  const { plaintext } = await compactDecrypt(sealed, keyOf(signingKey), {
    keyManagementAlgorithms: ['dir'],
    contentEncryptionAlgorithms: ['A256GCM'],
  });
  return new TextDecoder().decode(plaintext);
};

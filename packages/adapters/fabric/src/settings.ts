import { createPrivateKey, sign, X509Certificate } from 'node:crypto';
import { ChartsealError, type Signer } from '@chartseal/ports';

export type FabricSettings = {
  /** `host:port` of the organisation's own peer. */
  readonly endpoint: string;
  /** Name in the peer's TLS certificate. */
  readonly hostname: string;
  /** PEM of the authority of that certificate. */
  readonly tlsCa: string;
  readonly mspId: string;
  /** PEM of the identity's certificate in that MSP. */
  readonly certificate: string;
  /** The identity's private key: PEM, or whoever holds it (an HSM). */
  readonly key: string | Signer;
  readonly channel: string;
  readonly chaincode: string;
  /** Of one call of the peer; 5 s unless told. */
  readonly callTimeoutMs?: number;
  /** How long `submit` waits for a commit before it says that the outcome is unknown; 10 s unless told. */
  readonly commitTimeoutMs?: number;
};

const misconfigured = (message: string, cause?: unknown): ChartsealError =>
  new ChartsealError('misconfigured', message, {}, { cause });

const certificateOf = (pem: string, variable: string): X509Certificate => {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw misconfigured(`${variable} names a file that holds no certificate: give one in PEM`, cause);
  }
};

/**
 * Whoever signs for the identity.
 * @throws ChartsealError `misconfigured`, naming the variable, for a certificate or a key that cannot be read, and for two that do not belong together
 */
export const identitySigner = ({ tlsCa, certificate, key }: FabricSettings): Pick<Signer, 'sign'> => {
  certificateOf(tlsCa, 'FABRIC_TLS_CA_FILE');
  const { publicKey } = certificateOf(certificate, 'FABRIC_CERT_FILE');
  const certified = publicKey.export({ format: 'der', type: 'spki' });
  if (typeof key !== 'string') {
    if (certified.equals(key.publicKey)) return key;
    throw misconfigured('FABRIC_CERT_FILE is a certificate of another key than the vault’s `ledger-identity`');
  }
  const privateKey = attempt(() => createPrivateKey(key));
  if (privateKey === undefined)
    throw misconfigured('FABRIC_KEY_FILE names a file that holds no private key: give it in PEM, unencrypted');
  const own = new X509Certificate(certificate);
  if (!own.checkPrivateKey(privateKey))
    throw misconfigured('FABRIC_KEY_FILE is not the private key of the certificate in FABRIC_CERT_FILE');
  return {
    sign: async (data) => new Uint8Array(sign('sha256', data, { key: privateKey, dsaEncoding: 'ieee-p1363' })),
  };
};

const attempt = <T>(work: () => T): T | undefined => {
  try {
    return work();
  } catch {
    return undefined;
  }
};

import { thumbprint, type PatientKeyPair } from '@chartseal/consent';
import { importJWK, SignJWT } from 'jose';

/** DESIGN §6 Consent 4 takes 60 at most. */
const lifetimeSeconds = 50;

export type SignedRead = {
  /** The handle. */
  readonly patient: string;
  readonly consentBaseUrl: string;
  /** Without its query. */
  readonly url: string;
  /** GET unless given. */
  readonly method?: 'POST';
  readonly jti: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
};

/** The bearer token of one read by the patient (DESIGN §6 Consent 4). */
export const signRead = async (
  { patient, consentBaseUrl, url, method, jti, now }: SignedRead,
  { publicKey, privateJwk }: PatientKeyPair,
): Promise<string> => {
  const issuedAt = Math.floor(now / 1000);
  return new SignJWT({ htm: method ?? 'GET', htu: url })
    .setProtectedHeader({ alg: 'ES256', kid: await thumbprint(publicKey), typ: 'chartseal-read+jwt' })
    .setIssuer(patient)
    .setAudience(consentBaseUrl)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + lifetimeSeconds)
    .setJti(jti)
    .sign(await importJWK({ ...privateJwk }, 'ES256'));
};

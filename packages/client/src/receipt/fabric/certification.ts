/** Who vouches for a key: from a certificate up to an authority that a trust file pins (RFC 5280 §6, as far as an MSP goes). */
import type { webcrypto } from 'node:crypto';
import { readCertificate, type Certificate } from './certificate.ts';
import { isSignedByKey } from './certificate-signature.ts';
import { equalBytes } from './transaction.ts';

/** An authority, as a trust file pins it. */
export type Authority = Certificate & { readonly authority: NonNullable<Certificate['authority']> };

/** The authority of a certificate (one in PEM); undefined for any other text, and where it may certify nobody. */
export const readAuthority = (pem: unknown): Authority | undefined => {
  const certificate = typeof pem === 'string' ? readCertificate(pem) : undefined;
  if (certificate?.authority === undefined) return undefined;
  return { ...certificate, authority: certificate.authority };
};

/** What an organisation's identities must lead up to. */
export type Authorities = { readonly roots: readonly string[]; readonly intermediates?: readonly string[] };

/** Fabric's node OUs: what a member may do stands in its certificate. */
export type Role = 'peer' | 'any';

/**
 * The public key of a certificate (PEM) that these authorities vouch for at that time, and undefined for any other: each certificate up to a root
 * valid then, issued by an authority pinned, for a key on P-256. Nothing is known of certificates that were revoked.
 */
export const certifiedKey = async (
  pem: string,
  authorities: Authorities,
  atMs: number,
  role: Role,
): Promise<webcrypto.CryptoKey | undefined> => {
  try {
    const certificate = readCertificate(pem);
    const isOfRole = role === 'any' || certificate?.units.includes(role) === true;
    if (certificate === undefined || !isOfRole) return undefined;
    if (!(await leadsToRoot(certificate, pinnedBy(authorities), atMs, 0))) return undefined;
    const p256 = { name: 'ECDSA', namedCurve: 'P-256' };
    return await crypto.subtle.importKey('spki', certificate.publicKey, p256, false, ['verify']);
  } catch {
    return undefined;
  }
};

type Pinned = { readonly roots: readonly Authority[]; readonly intermediates: readonly Authority[] };

/** Read once for each trust file: reading takes longer than what is checked with it. */
const known = new WeakMap<Authorities, Pinned>();

const pinnedBy = (authorities: Authorities): Pinned => {
  const { roots, intermediates = [] } = authorities;
  const pinned = known.get(authorities) ?? {
    roots: roots.flatMap(pinnedIn),
    intermediates: intermediates.flatMap(pinnedIn),
  };
  known.set(authorities, pinned);
  return pinned;
};

const pinnedIn = (pem: string): readonly Authority[] => {
  const authority = readAuthority(pem);
  return authority === undefined ? [] : [authority];
};

/** @param beneath how many authorities there are below the one that issued this certificate */
const leadsToRoot = async (
  certificate: Certificate,
  { roots, intermediates }: Pinned,
  atMs: number,
  beneath: number,
): Promise<boolean> => {
  if (!isValidAt(certificate, atMs)) return false;
  for (const root of roots) {
    if (isValidAt(root, atMs) && (await isIssuedBy(certificate, root, beneath))) return true;
  }
  for (const issuer of intermediates) {
    // Each is used once on the way up, or two that issued each other would lead nowhere for ever.
    const others = intermediates.filter((each) => each !== issuer);
    const isLink = await isIssuedBy(certificate, issuer, beneath);
    if (isLink && (await leadsToRoot(issuer, { roots, intermediates: others }, atMs, beneath + 1))) return true;
  }
  return false;
};

const isValidAt = ({ fromMs, toMs }: Certificate, atMs: number): boolean => fromMs <= atMs && atMs <= toMs;

const isIssuedBy = async (certificate: Certificate, issuer: Authority, beneath: number): Promise<boolean> => {
  if (!equalBytes(certificate.issuer, issuer.subject) || beneath > issuer.authority.pathLength) return false;
  const { issuerKeyId } = certificate;
  const isKeyNamed = issuerKeyId === undefined || issuer.keyId === undefined || equalBytes(issuerKeyId, issuer.keyId);
  return isKeyNamed && isSignedByKey(certificate, issuer.publicKey);
};

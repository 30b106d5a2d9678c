/** How Node, that is OpenSSL, judges certificates: what the verifier's own judgement is held against. */
import { X509Certificate, type webcrypto } from 'node:crypto';

const onePem = /^-----BEGIN CERTIFICATE-----\r?\n[A-Za-z0-9+/=\r\n]+-----END CERTIFICATE-----\s*$/;

/** The certificate of an authority, as a trust file pins it; undefined for any other text. */
const readAuthority = (pem: unknown): X509Certificate | undefined => {
  if (typeof pem !== 'string' || !onePem.test(pem)) return undefined;
  try {
    const certificate = new X509Certificate(pem);
    return certificate.ca ? certificate : undefined;
  } catch {
    return undefined;
  }
};

/** What an organisation's identities must lead up to. */
type Authorities = { readonly roots: readonly string[]; readonly intermediates?: readonly string[] };

/** Fabric's node OUs: what a member may do stands in its certificate. */
type Role = 'peer' | 'any';

/**
 * The public key of a certificate (PEM) that these authorities vouch for at that time, and undefined for any other: each certificate up to a root
 * valid then, issued by an authority pinned, for a key on P-256. Nothing is known of certificates that were revoked.
 */
export const certifiedByNode = async (
  pem: string,
  { roots, intermediates = [] }: Authorities,
  atMs: number,
  role: Role,
): Promise<webcrypto.CryptoKey | undefined> => {
  try {
    if (!onePem.test(pem)) return undefined;
    const certificate = new X509Certificate(pem);
    const isOfRole = role === 'any' || namesIn(certificate.subject).has(`OU=${role}`);
    const pinned = { roots: roots.flatMap(authority), intermediates: intermediates.flatMap(authority) };
    if (!isOfRole || !leadsToRoot(certificate, pinned, atMs)) return undefined;
    const spki = Uint8Array.from(certificate.publicKey.export({ format: 'der', type: 'spki' }));
    return await crypto.subtle.importKey('spki', spki, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']);
  } catch {
    return undefined;
  }
};

/** One a line, or several of one relative name with a plus sign between; both are escaped within a value. */
const namesIn = (subject: string): ReadonlySet<string> => new Set(subject.split(/\n| \+ /));

type Pinned = { readonly roots: readonly X509Certificate[]; readonly intermediates: readonly X509Certificate[] };

const authority = (pem: string): readonly X509Certificate[] => {
  const certificate = readAuthority(pem);
  return certificate === undefined ? [] : [certificate];
};

const leadsToRoot = (certificate: X509Certificate, { roots, intermediates }: Pinned, atMs: number): boolean => {
  if (!isValidAt(certificate, atMs)) return false;
  if (roots.some((root) => isValidAt(root, atMs) && isIssuedBy(certificate, root))) return true;
  return intermediates.some((issuer) => {
    // Each is used once on the way up, or two that issued each other would lead nowhere for ever.
    const others = intermediates.filter((each) => each !== issuer);
    return isIssuedBy(certificate, issuer) && leadsToRoot(issuer, { roots, intermediates: others }, atMs);
  });
};

const isValidAt = ({ validFromDate, validToDate }: X509Certificate, atMs: number): boolean =>
  validFromDate.getTime() <= atMs && atMs <= validToDate.getTime();

const isIssuedBy = (certificate: X509Certificate, issuer: X509Certificate): boolean =>
  certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);

/** X.509 certificates (RFC 5280), read with nothing that a browser lacks: Web Cryptography knows none. */
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate as Asn1Certificate,
  id_ce_authorityKeyIdentifier,
  id_ce_basicConstraints,
  id_ce_certificatePolicies,
  id_ce_extKeyUsage,
  id_ce_keyUsage,
  id_ce_subjectAltName,
  id_ce_subjectKeyIdentifier,
  KeyUsage,
  KeyUsageFlags,
  SubjectKeyIdentifier,
  type Name,
} from '@peculiar/asn1-x509';

type Bytes = Uint8Array<ArrayBuffer>;

/** A certificate, read and not believed. */
export type Certificate = {
  /** DER, what the issuer signed. */
  readonly signed: Bytes;
  /** Of the signature, as OID. */
  readonly algorithm: string;
  readonly signature: Bytes;
  /** DER of the names: two are the same if their bytes are, as Fabric's own check has it (Go, crypto/x509). */
  readonly issuer: Bytes;
  readonly subject: Bytes;
  /** Of the subject: the values of its organizational units. */
  readonly units: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
  /** DER of the SubjectPublicKeyInfo. */
  readonly publicKey: Bytes;
  /** Whether it says that it may certify others, and how many authorities there may be beneath it (§4.2.1.9). */
  readonly authority: { readonly pathLength: number } | undefined;
  readonly keyId: Bytes | undefined;
  readonly issuerKeyId: Bytes | undefined;
};

const onePem = /^-----BEGIN CERTIFICATE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END CERTIFICATE-----\s*$/;

/** What a critical extension may be; of any other, nobody here knows what it forbids (§4.2). */
const understood: ReadonlySet<string> = new Set([
  id_ce_basicConstraints,
  id_ce_keyUsage,
  id_ce_extKeyUsage,
  id_ce_subjectAltName,
  id_ce_certificatePolicies,
]);

/** The certificate of a text that is one in PEM and nothing else; undefined for any other text. */
export const readCertificate = (pem: string): Certificate | undefined => {
  const [, body] = onePem.exec(pem) ?? [];
  if (body === undefined) return undefined;
  try {
    return read(Uint8Array.from(atob(body.replaceAll(/[\r\n]/g, '')), (char) => char.charCodeAt(0)));
  } catch {
    return undefined;
  }
};

const read = (der: Bytes): Certificate | undefined => {
  const certificate = AsnConvert.parse(der, Asn1Certificate);
  const { tbsCertificate: signed, tbsCertificateRaw: raw, signatureAlgorithm, signatureValue } = certificate;
  // What stands behind the certificate, or is written in other than its one way, is signed by nobody.
  const isWhole = equal(der, new Uint8Array(AsnConvert.serialize(certificate)));
  if (!isWhole || raw === undefined || !signed.signature.isEqual(signatureAlgorithm)) return undefined;
  const extensions = new Map((signed.extensions ?? []).map((each) => [each.extnID, each]));
  const isKnown = [...extensions.values()].every(({ critical, extnID }) => !critical || understood.has(extnID));
  if (!isKnown || extensions.size !== (signed.extensions ?? []).length) return undefined;
  const valueOf = <T>(id: string, type: new () => T): T | undefined => {
    const extension = extensions.get(id);
    return extension && AsnConvert.parse(extension.extnValue, type);
  };
  return {
    signed: new Uint8Array(raw),
    algorithm: signatureAlgorithm.algorithm,
    signature: new Uint8Array(signatureValue),
    issuer: new Uint8Array(AsnConvert.serialize(signed.issuer)),
    subject: new Uint8Array(AsnConvert.serialize(signed.subject)),
    units: unitsOf(signed.subject),
    fromMs: signed.validity.notBefore.getTime().getTime(),
    toMs: signed.validity.notAfter.getTime().getTime(),
    publicKey: new Uint8Array(AsnConvert.serialize(signed.subjectPublicKeyInfo)),
    authority: authorityOf(valueOf(id_ce_basicConstraints, BasicConstraints), valueOf(id_ce_keyUsage, KeyUsage)),
    keyId: bytesOf(valueOf(id_ce_subjectKeyIdentifier, SubjectKeyIdentifier)),
    issuerKeyId: bytesOf(valueOf(id_ce_authorityKeyIdentifier, AuthorityKeyIdentifier)?.keyIdentifier),
  };
};

/** §4.2.1.3: who has a key usage and not keyCertSign in it certifies nobody. */
const authorityOf = (
  constraints: BasicConstraints | undefined,
  usage: KeyUsage | undefined,
): Certificate['authority'] => {
  const maySign = usage === undefined || (usage.toNumber() & KeyUsageFlags.keyCertSign) !== 0;
  if (constraints?.cA !== true || !maySign) return undefined;
  return { pathLength: constraints.pathLenConstraint ?? Infinity };
};

const organizationalUnit = '2.5.4.11';

const unitsOf = (name: Name): readonly string[] =>
  [...name].flatMap((relative) =>
    [...relative]
      .filter(({ type }) => type === organizationalUnit)
      .flatMap(({ value }) => value.utf8String ?? value.printableString ?? []),
  );

const bytesOf = (octets: { readonly buffer: ArrayBuffer } | undefined): Bytes | undefined =>
  octets && new Uint8Array(octets.buffer);

const equal = (a: Bytes, b: Bytes): boolean => a.length === b.length && a.every((byte, index) => byte === b[index]);

/** X.509 certificates (RFC 5280) for tests, in as much DER as identities in an MSP need. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

const tlv = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const { length } = body;
  if (length < 128) return Buffer.concat([Buffer.of(tag, length), body]);
  return Buffer.concat([
    length < 256 ? Buffer.of(tag, 0x81, length) : Buffer.of(tag, 0x82, length >> 8, length & 0xff),
    body,
  ]);
};
const sequence = (...parts: readonly Uint8Array[]): Buffer => tlv(0x30, ...parts);
const oid = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, 'hex'));
const time = (ms: number): Buffer => {
  const digits = new Date(ms).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
  return tlv(0x17, Buffer.from(digits.slice(2)));
};
const attribute = (type: string, value: string): Buffer => sequence(oid(type), tlv(0x0c, Buffer.from(value)));

const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
const isAuthority = sequence(
  oid('551d13'),
  tlv(0x01, Buffer.of(0xff)),
  tlv(0x04, sequence(tlv(0x01, Buffer.of(0xff)))),
);

/** Its units go into one relative name, as Fabric's own authority puts roles and affiliations. */
type Subject = { readonly name: string; readonly units: readonly string[] };
const nameOf = ({ name, units }: Subject): Buffer =>
  sequence(tlv(0x31, ...units.map((unit) => attribute('55040b', unit))), tlv(0x31, attribute('550403', name)));

const pemOf = (der: Uint8Array): string =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64').replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;

/** A certificate (PEM) with its key. */
export type Certified = { readonly certificate: string; readonly privateKey: KeyObject };

/** Certificates know seconds alone. */
export type Validity = { readonly fromMs: number; readonly toMs: number };

export type Authority = Certified & {
  issue(subject: Subject, options?: { readonly validity?: Validity; readonly curve?: string }): Certified;
  /** An authority beneath this one. */
  intermediate(name: string): Authority;
};

export const newAuthority = (
  name: string,
  validity: Validity,
  above?: Authority & { readonly subject: Subject },
): Authority => {
  const subject = { name, units: ['authority'] };
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const certify = (
    whose: Subject,
    publicKey: KeyObject,
    { fromMs, toMs }: Validity,
    extensions: readonly Buffer[],
    issuer: Subject,
    key: KeyObject,
  ) => {
    const content = sequence(
      tlv(0xa0, Buffer.of(0x02, 0x01, 0x02)),
      tlv(0x02, Buffer.of(1), randomBytes(8)),
      ecdsaWithSha256,
      nameOf(issuer),
      sequence(time(fromMs), time(toMs)),
      nameOf(whose),
      publicKey.export({ type: 'spki', format: 'der' }),
      ...extensions.map((extension) => tlv(0xa3, sequence(extension))),
    );
    return pemOf(sequence(content, ecdsaWithSha256, tlv(0x03, Buffer.of(0), sign('sha256', content, key))));
  };
  const [issuer, issuerKey] = above === undefined ? [subject, own.privateKey] : [above.subject, above.privateKey];
  const authority: Authority = {
    certificate: certify(subject, own.publicKey, validity, [isAuthority], issuer, issuerKey),
    privateKey: own.privateKey,
    issue: (whose, { validity: itsValidity = validity, curve = 'P-256' } = {}) => {
      const key = generateKeyPairSync('ec', { namedCurve: curve });
      const certificate = certify(whose, key.publicKey, itsValidity, [], subject, own.privateKey);
      return { certificate, privateKey: key.privateKey };
    },
    intermediate: (below) => newAuthority(below, validity, { ...authority, subject }),
  };
  return authority;
};

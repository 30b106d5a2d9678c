/** X.509 certificates (RFC 5280) for tests, in as much DER as they need, so that a machine with Node alone can run them. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

const tlv = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
};
const sequence = (...parts: readonly Uint8Array[]): Buffer => tlv(0x30, ...parts);
const octets = (...parts: readonly Uint8Array[]): Buffer => tlv(0x04, ...parts);
const oid = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, 'hex'));
const truth = Buffer.from([0x01, 0x01, 0xff]);
/** UTCTime: YYMMDDhhmmssZ. */
const time = (date: Date): Buffer =>
  tlv(
    0x17,
    Buffer.from(
      date
        .toISOString()
        .replace(/[-:T]|\.\d+/g, '')
        .slice(2),
    ),
  );

const commonName = oid('550403');
const ecdsaWithSha256 = sequence(oid('2a8648ce3d040302'));
const basicConstraints = oid('551d13');
const subjectAltName = oid('551d11');
const dayMs = 86_400_000;

const name = (text: string): Buffer => sequence(tlv(0x31, sequence(commonName, tlv(0x0c, Buffer.from(text)))));
const pem = (der: Uint8Array): string =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(der).toString('base64').replace(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;

/** PEM. */
export type Certified = { readonly cert: string; readonly key: string };

const certificate = (
  subject: string,
  issuer: string,
  publicKey: KeyObject,
  signer: KeyObject,
  extension: Buffer,
): string => {
  const validity = sequence(time(new Date(Date.now() - dayMs)), time(new Date(Date.now() + dayMs)));
  const serial = tlv(0x02, Buffer.from([1]), randomBytes(8));
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const version3 = tlv(0xa0, Buffer.from([0x02, 0x01, 0x02]));
  const extensions = tlv(0xa3, sequence(extension));
  const content = sequence(version3, serial, ecdsaWithSha256, name(issuer), validity, name(subject), spki, extensions);
  return pem(sequence(content, ecdsaWithSha256, tlv(0x03, Buffer.from([0]), sign('sha256', content, signer))));
};

const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const exported = (key: KeyObject): string => String(key.export({ type: 'pkcs8', format: 'pem' }));

/** An authority, and certificates for localhost and 127.0.0.1 from it. */
export const newAuthority = (authority: string): { readonly cert: string; issue(subject: string): Certified } => {
  const root = newKey();
  const isAuthority = sequence(basicConstraints, truth, octets(sequence(truth)));
  return {
    cert: certificate(authority, authority, root.publicKey, root.privateKey, isAuthority),
    issue: (subject) => {
      const own = newKey();
      const names = sequence(tlv(0x82, Buffer.from('localhost')), tlv(0x87, Buffer.from([127, 0, 0, 1])));
      const places = sequence(subjectAltName, octets(names));
      return {
        cert: certificate(subject, authority, own.publicKey, root.privateKey, places),
        key: exported(own.privateKey),
      };
    },
  };
};

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

const algorithmOf = ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject) => {
  if (asymmetricKeyType === 'ed25519') return { hash: null, algorithm: sequence(oid('2b6570')) };
  if (asymmetricKeyType === 'rsa') return { hash: 'sha256', algorithm: sequence(oid('2a864886f70d01010b'), tlv(0x05)) };
  const [hash, last] = ecdsaHashes[asymmetricKeyDetails?.namedCurve ?? ''] ?? ['sha256', '02'];
  return { hash, algorithm: sequence(oid(`2a8648ce3d0403${last}`)) };
};
const ecdsaHashes: Readonly<Record<string, readonly [hash: string, last: string]>> = {
  secp384r1: ['sha384', '03'],
  secp521r1: ['sha512', '04'],
};

const extension = (id: string, critical: boolean, value: Uint8Array): Buffer =>
  sequence(oid(id), ...(critical ? [tlv(0x01, Buffer.of(0xff))] : []), tlv(0x04, value));

/** Extensions of RFC 5280 §4.2.1. */
export const basicConstraints = (isAuthority: boolean, pathLength?: number): Buffer => {
  const path = pathLength === undefined ? [] : [tlv(0x02, Buffer.of(pathLength))];
  return extension('551d13', true, sequence(...(isAuthority ? [tlv(0x01, Buffer.of(0xff)), ...path] : [])));
};
/** keyCertSign or, in its place, digitalSignature. */
export const keyUsage = (maySign: boolean): Buffer =>
  extension('551d0f', true, tlv(0x03, maySign ? Buffer.of(2, 0x04) : Buffer.of(7, 0x80)));
export const subjectKeyId = (id: string): Buffer => extension('551d0e', false, tlv(0x04, Buffer.from(id)));
export const authorityKeyId = (id: string): Buffer => extension('551d23', false, sequence(tlv(0x80, Buffer.from(id))));
/** Name constraints, that nothing is permitted. */
export const nameConstraints = extension('551d1e', true, sequence());

/** Its units go into one relative name, as Fabric's own authority puts roles and affiliations. */
export type Subject = { readonly name: string; readonly units: readonly string[] };
const nameOf = ({ name, units }: Subject): Buffer =>
  sequence(tlv(0x31, ...units.map((unit) => attribute('55040b', unit))), tlv(0x31, attribute('550403', name)));

const pemOf = (der: Uint8Array): string =>
  `-----BEGIN CERTIFICATE-----\n${Buffer.from(der)
    .toString('base64')
    .replaceAll(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`;

/** A certificate (PEM) with its key. */
export type Certified = { readonly certificate: string; readonly privateKey: KeyObject };

/** Certificates know seconds alone. */
export type Validity = { readonly fromMs: number; readonly toMs: number };

export type CertificateSpec = {
  readonly subject: Subject;
  readonly publicKey: KeyObject;
  readonly issuer: Subject;
  readonly signer: KeyObject;
  readonly validity: Validity;
  readonly extensions: readonly Buffer[];
};

/** PEM */
export const certificateOf = (spec: CertificateSpec): string => {
  const { subject, publicKey, issuer, signer, validity, extensions } = spec;
  const { hash, algorithm } = algorithmOf(signer);
  const content = sequence(
    tlv(0xa0, Buffer.of(0x02, 0x01, 0x02)),
    tlv(0x02, Buffer.of(1), randomBytes(8)),
    algorithm,
    nameOf(issuer),
    sequence(time(validity.fromMs), time(validity.toMs)),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(extensions.length === 0 ? [] : [tlv(0xa3, sequence(...extensions))]),
  );
  return pemOf(sequence(content, algorithm, tlv(0x03, Buffer.of(0), sign(hash, content, signer))));
};

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
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const [issuer, signer] = above === undefined ? [subject, privateKey] : [above.subject, above.privateKey];
  const extensions = [basicConstraints(true)];
  const authority: Authority = {
    certificate: certificateOf({ subject, publicKey, issuer, signer, validity, extensions }),
    privateKey,
    issue: (whose, { validity: itsValidity = validity, curve = 'P-256' } = {}) => {
      const key = generateKeyPairSync('ec', { namedCurve: curve });
      const spec = { publicKey: key.publicKey, issuer: subject, signer: privateKey, extensions: [] };
      return {
        certificate: certificateOf({ ...spec, subject: whose, validity: itsValidity }),
        privateKey: key.privateKey,
      };
    },
    intermediate: (below) => newAuthority(below, validity, { ...authority, subject }),
  };
  return authority;
};

import { createHash, createPublicKey, verify } from 'node:crypto';
import { ChartsealError, type Signer } from '@chartseal/ports';
import { CKA, CKM, CKO } from './cryptoki.ts';
import type { Attribute, Handle } from './pkcs11js.ts';
import type { Session } from './token-session.ts';

type Algorithm = Signer['algorithm'];
type Curve = {
  /** CKA_EC_PARAMS: the curve’s OID, DER. */
  readonly parameters: Buffer;
  readonly generate: number;
  readonly sign: number;
  /** SubjectPublicKeyInfo up to the point. */
  readonly spki: Buffer;
  readonly pointBytes: number;
};

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

const curves: Readonly<Record<Algorithm, Curve>> = {
  ES256: {
    parameters: hex('06082a8648ce3d030107'),
    generate: CKM.EC_KEY_PAIR_GEN,
    sign: CKM.ECDSA,
    spki: hex('3059301306072a8648ce3d020106082a8648ce3d030107034200'),
    pointBytes: 65,
  },
  Ed25519: {
    parameters: hex('06032b6570'),
    generate: CKM.EC_EDWARDS_KEY_PAIR_GEN,
    sign: CKM.EDDSA,
    spki: hex('302a300506032b6570032100'),
    pointBytes: 32,
  },
};

const labelOf = (name: string): string => `chartseal ${name}`;
const idOf = (name: string): Buffer => createHash('sha256').update(labelOf(name)).digest().subarray(0, 20);

/** Objects of a class with our label. */
export const findObjects = ({ pkcs11, handle }: Session, kind: number, name: string): Handle[] => {
  const template = [
    { type: CKA.CLASS, value: kind },
    { type: CKA.TOKEN, value: true },
    { type: CKA.LABEL, value: labelOf(name) },
  ];
  pkcs11.C_FindObjectsInit(handle, template);
  try {
    return pkcs11.C_FindObjects(handle, 2);
  } finally {
    pkcs11.C_FindObjectsFinal(handle);
  }
};

/** What all our keys have: they stay on the token, under our label. */
export const keyAttributes = (name: string): Attribute[] => [
  { type: CKA.TOKEN, value: true },
  { type: CKA.PRIVATE, value: true },
  { type: CKA.SENSITIVE, value: true },
  { type: CKA.EXTRACTABLE, value: false },
  { type: CKA.LABEL, value: labelOf(name) },
  { type: CKA.ID, value: idOf(name) },
];

export const generateKeyPair = ({ pkcs11, handle }: Session, name: string, algorithm: Algorithm): void => {
  const { generate, parameters } = curves[algorithm];
  pkcs11.C_GenerateKeyPair(
    handle,
    { mechanism: generate },
    [
      { type: CKA.TOKEN, value: true },
      { type: CKA.LABEL, value: labelOf(name) },
      { type: CKA.ID, value: idOf(name) },
      { type: CKA.VERIFY, value: true },
      { type: CKA.EC_PARAMS, value: parameters },
    ],
    [...keyAttributes(name), { type: CKA.SIGN, value: true }],
  );
};

/** The only private key of that name, or none. */
export const findPrivateKey = (session: Session, name: string): Handle | undefined => {
  const [key, another] = findObjects(session, CKO.PRIVATE_KEY, name);
  if (another === undefined) return key;
  throw new ChartsealError('corrupt', `the token holds more than one key ${name}: which one is meant, nobody can tell`);
};

/** SubjectPublicKeyInfo, DER; undefined if the key on the token is of another curve. */
export const readPublicKey = (session: Session, name: string, algorithm: Algorithm): Buffer | undefined => {
  const { pkcs11, handle } = session;
  const { parameters, spki, pointBytes } = curves[algorithm];
  const [key] = findObjects(session, CKO.PUBLIC_KEY, name);
  if (key === undefined) throw new ChartsealError('corrupt', `the token lacks the public half of the key ${name}`);
  const read = (type: number): Buffer =>
    pkcs11.C_GetAttributeValue(handle, key, [{ type }])[0]?.value ?? Buffer.alloc(0);
  if (!read(CKA.EC_PARAMS).equals(parameters)) return undefined;
  // A DER OCTET STRING by the specification; some HSMs give the bare point.
  const point = read(CKA.EC_POINT).subarray(-pointBytes);
  return Buffer.concat([spki, point]);
};

/** Ed25519: over the data. ES256: over its SHA-256, r ‖ s. */
export const sign = (session: Session, key: Handle, algorithm: Algorithm, data: Uint8Array): Promise<Buffer> => {
  const { pkcs11, handle } = session;
  const signed = algorithm === 'ES256' ? createHash('sha256').update(data).digest() : Buffer.from(data);
  pkcs11.C_SignInit(handle, { mechanism: curves[algorithm].sign }, key);
  return pkcs11.C_SignAsync(handle, signed, Buffer.alloc(64));
};

/** Whether the two halves on the token belong together, and the HSM signs as everyone verifies. */
export const isVerified = (publicKey: Buffer, algorithm: Algorithm, data: Uint8Array, signature: Buffer): boolean => {
  try {
    const key = createPublicKey({ key: publicKey, type: 'spki', format: 'der' });
    return algorithm === 'Ed25519'
      ? verify(null, data, key, signature)
      : verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, signature);
  } catch {
    return false;
  }
};

/** The signing side: a patient's device, the CLI, tests. */
import { CompactSign, exportJWK, generateKeyPair, importJWK, type JWK_EC_Private } from 'jose';
import { directiveTyp, directiveType, type Directive } from './directive.ts';
import { enrolmentTyp, enrolmentType, type Enrolment } from './enrolment.ts';
import type { JwsType } from './jws.ts';
import { keyProofTyp, type KeyProof } from './key-proof.ts';
import { readPublicKey, thumbprint, type PublicKey } from './public-key.ts';

/** A P-256 key with its private part, as a JWK that can be kept as JSON. */
export type PatientKeyPair = { readonly publicKey: PublicKey; readonly privateJwk: JWK_EC_Private };

/** `issuedAt` in milliseconds since the epoch; it is written as an RFC 3339 text. */
export type UnsignedDirective = Directive;

/** A new key, made by Web Cryptography. */
export const generatePatientKey = async (): Promise<PatientKeyPair> => {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return patientKeyOf(await exportJWK(privateKey));
};

/**
 * The pair that a stored private JWK is.
 * @throws DirectiveError `key` if it is no P-256 key
 */
export const patientKeyOf = (jwk: object): PatientKeyPair => {
  const { d, ...rest } = jwk as JWK_EC_Private;
  const { kty, crv, x, y } = rest;
  const publicKey = readPublicKey({ kty, crv, x, y });
  return { publicKey, privateJwk: { ...publicKey, d } };
};

/** DESIGN §6 Consent 2, `proof`: self-signed; by a registrar's key where it is attested. */
export const signEnrolment = (enrolment: Omit<Enrolment, 'publicKey'>, key: PatientKeyPair): Promise<string> => {
  const { network, custodian, patient, codeHash, attested } = enrolment;
  const own = { type: enrolmentType, network, custodian, patient, publicKey: key.publicKey, codeHash };
  const payload = attested === undefined ? own : { ...own, attested };
  return sign(enrolmentTyp, payload, key);
};

/** DESIGN §6 Consent 3, `directive`. */
export const signDirective = (directive: UnsignedDirective, key: PatientKeyPair): Promise<string> => {
  const { network, patient, issuedAt, operation, ...own } = directive;
  const at = { issuedAt: new Date(issuedAt).toISOString() };
  const end = 'end' in own ? { end: new Date(own.end).toISOString() } : {};
  return sign(directiveTyp, { type: directiveType, network, patient, ...at, operation, ...own, ...end }, key);
};

/** DESIGN §6 Consent 3, `newKeyProof` of a rotation to `newKey`, or the proof of a proxy's key. */
export const signKeyProof = ({ network, patient, sequence }: KeyProof, newKey: PatientKeyPair): Promise<string> =>
  sign(keyProofTyp, { network, patient, sequence }, newKey);

const sign = async (typ: JwsType, payload: object, { publicKey, privateJwk }: PatientKeyPair): Promise<string> => {
  const kid = await thumbprint(publicKey);
  return new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'ES256', kid, typ })
    .sign(await importJWK({ ...privateJwk }, 'ES256'));
};

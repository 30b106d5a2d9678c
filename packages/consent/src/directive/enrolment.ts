/** DESIGN §6 Consent 2: a key binds itself to a handle. */
import { DirectiveError } from './directive-error.ts';
import { parseJws, verifyJws, type ParsedJws } from './jws.ts';
import { attestation, type Attestation } from './attestation.ts';
import { bytes32, directoryId, handle, networkId, requireMembers } from './payload.ts';
import { readPublicKey, thumbprint, type PublicKey } from './public-key.ts';

export const enrolmentTyp = 'chartseal-enrolment+jws';
export const enrolmentType = 'chartseal-enrolment/v1';

export type Enrolment = {
  readonly network: string;
  /** Directory id of the hospital that gave the code. */
  readonly custodian: string;
  /** The random handle. */
  readonly patient: string;
  /** The first key of the chain. */
  readonly publicKey: PublicKey;
  /** Base64url SHA-256 of the code. */
  readonly codeHash: string;
  /** Present where the key is a registrar's (consent-semantics A6): the patient has none. */
  readonly attested?: Attestation;
};

/** What the verifier knows already; what is left out is not compared. */
export type ExpectedEnrolment = {
  readonly network: string;
  readonly custodian?: string;
  readonly patient?: string;
  readonly codeHash?: string;
  /** A JWK as the device sent it beside the proof. */
  readonly publicKey?: unknown;
};

const members = ['type', 'network', 'custodian', 'patient', 'publicKey', 'codeHash'];

/**
 * Reads an enrolment without verifying it.
 * @throws DirectiveError `header`, `payload`, `key`
 */
export const parseEnrolment = (jws: string): Enrolment => read(parseJws(jws, enrolmentTyp));

/**
 * Reads an enrolment that its own key signed.
 * @throws DirectiveError `header`, `payload`, `key`, `signature`, or the name of what is not as expected
 */
export const verifyEnrolment = async (jws: string, expected: ExpectedEnrolment): Promise<Enrolment> => {
  const parsed = parseJws(jws, enrolmentTyp);
  const enrolment = read(parsed);
  await verifyJws(parsed, enrolment.publicKey);
  await compare(enrolment, expected);
  return enrolment;
};

const read = ({ payload }: ParsedJws): Enrolment => {
  requireMembers(payload, [...members, ...(Object.hasOwn(payload, 'attested') ? ['attested'] : [])]);
  if (payload['type'] !== enrolmentType) throw new DirectiveError('payload', `type must be ${enrolmentType}`);
  return {
    network: networkId(payload, 'network'),
    custodian: directoryId(payload, 'custodian'),
    patient: handle(payload, 'patient'),
    publicKey: readPublicKey(payload['publicKey']),
    codeHash: bytes32(payload, 'codeHash'),
    ...attestation(payload),
  };
};

const compare = async (enrolment: Enrolment, expected: ExpectedEnrolment): Promise<void> => {
  const differs = (name: 'network' | 'custodian' | 'patient' | 'codeHash'): boolean =>
    expected[name] !== undefined && expected[name] !== enrolment[name];
  if (differs('network')) throw new DirectiveError('network', 'signed for another network');
  if (differs('custodian')) throw new DirectiveError('custodian', 'signed for another custodian');
  if (differs('patient')) throw new DirectiveError('patient', 'signed for another handle');
  if (differs('codeHash')) throw new DirectiveError('code', 'signed for another code');
  if (expected.publicKey === undefined) return;
  const sent = await thumbprint(readPublicKey(expected.publicKey));
  if (sent !== (await thumbprint(enrolment.publicKey)))
    throw new DirectiveError('key', 'another key than the one beside the proof');
};

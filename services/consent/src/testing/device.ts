/** A patient's device: its keys never reach the door. */
import { randomBytes, randomUUID } from 'node:crypto';
import {
  consentCommitment,
  enrolmentCodeHash,
  generatePatientKey,
  signDirective,
  signEnrolment,
  signKeyProof,
  thumbprint,
  type Directive,
  type PatientKeyPair,
} from '@chartseal/consent';
import { canonicalBytes, parseJson } from '@chartseal/fhir';
import { importJWK, SignJWT } from 'jose';
import { consentBaseUrl, type Answer, type World } from './world.ts';

type Common = 'network' | 'patient' | 'issuedAt';
type Own<D> = D extends Directive ? Omit<D, Common> : never;

export const coding = (system: string, code: string) => ({ coding: [{ system, code }] });
const terminology = 'http://terminology.hl7.org/CodeSystem';

export const consentFor = (patient: string, consentId: string): Record<string, unknown> => ({
  resourceType: 'Consent',
  id: consentId,
  status: 'active',
  scope: coding(`${terminology}/consentscope`, 'patient-privacy'),
  category: [coding('http://loinc.org', '59284-0')],
  patient: { identifier: { system: 'urn:chartseal:patient', value: patient } },
  dateTime: '2026-01-01T00:00:00Z',
  policy: [{ uri: 'urn:chartseal:policy' }],
  provision: {
    type: 'permit',
    actor: [
      {
        role: coding(`${terminology}/v3-ParticipationType`, 'IRCP'),
        reference: { identifier: { system: 'urn:chartseal:organization', value: 'hospital-b' } },
      },
    ],
    action: [coding(`${terminology}/consentaction`, 'access')],
    purpose: [{ system: `${terminology}/v3-ActReason`, code: 'TREAT' }],
  },
});

export type Put = { directive: string; consent: unknown; key: string };

export class Device {
  readonly world: World;
  key: PatientKeyPair;
  handle = '';

  constructor(world: World, key: PatientKeyPair) {
    this.world = world;
    this.key = key;
  }

  static async enrolled(world: World, patientId = 'p'): Promise<Device> {
    const device = new Device(world, await generatePatientKey());
    const answer = await device.enrol(await offer(world, patientId));
    if (answer.status !== 201) throw new Error(answer.text);
    return device;
  }

  async enrolment({ code, patient }: Offer, change: object = {}): Promise<object> {
    const { ledger } = this.world;
    const says = { network: ledger.network, custodian: 'hospital-a', patient, codeHash: enrolmentCodeHash(code) };
    return { code, publicKey: this.key.publicKey, proof: await signEnrolment({ ...says, ...change }, this.key) };
  }

  async enrol(offered: Offer): Promise<Answer> {
    this.handle = offered.patient;
    return this.world.send('post', '/consent/enrolments', await this.enrolment(offered));
  }

  sign(own: Own<Directive>): Promise<string> {
    const common = { network: this.world.ledger.network, patient: this.handle, issuedAt: Date.now() };
    return signDirective({ ...common, ...own }, this.key);
  }

  /** `spelled` changes the text of the terms before the commitment is made. */
  async put(
    sequence: number,
    consentId: string = randomUUID(),
    spelled: (text: string) => string = (text) => text,
  ): Promise<Put & { text: string }> {
    const text = spelled(JSON.stringify(consentFor(this.handle, consentId)));
    const { value, numbers } = parseJson(text);
    const secret = new Uint8Array(randomBytes(32));
    const commitment = consentCommitment(secret, canonicalBytes(value, numbers));
    const directive = await this.sign({ operation: 'put', sequence, consentId, consentCommitment: commitment });
    const key = Buffer.from(secret).toString('base64url');
    return { directive, consent: value, key, text: `{"directive":"${directive}","key":"${key}","consent":${text}}` };
  }

  async rotation(sequence: number, next: PatientKeyPair): Promise<string> {
    const { network } = this.world.ledger;
    const newKeyProof = await signKeyProof({ network, patient: this.handle, sequence }, next);
    return this.sign({ operation: 'rotate-key', sequence, publicKey: next.publicKey, newKeyProof });
  }

  say(directive: string): Promise<Answer> {
    return this.world.send('post', '/consent/directives', { directive });
  }

  async readToken(path: string, claims: Record<string, unknown> = {}, header: object = {}): Promise<string> {
    const iat = Math.floor(this.world.dependencies.clock.wallMs() / 1000);
    const own = { iss: this.handle, aud: consentBaseUrl, iat, exp: iat + 60, jti: randomUUID(), htm: 'GET' };
    return new SignJWT({ ...own, htu: `${consentBaseUrl}${path}`, ...claims })
      .setProtectedHeader({
        alg: 'ES256',
        typ: 'chartseal-read+jwt',
        kid: await thumbprint(this.key.publicKey),
        ...header,
      })
      .sign(await importJWK({ ...this.key.privateJwk }, 'ES256'));
  }

  read(path: string, token: string): Promise<Answer> {
    return this.world.send('get', `/consent${path}`, undefined, { authorization: `Bearer ${token}` });
  }
}

export type Offer = { code: string; patient: string };

export const offer = async (world: World, patientId = 'p'): Promise<Offer> => {
  const { body, status, text } = await world.send('post', `/fhir/Patient/${patientId}/$enroll`, {
    resourceType: 'Parameters',
  });
  if (status !== 200) throw new Error(text);
  const value = (of: string): string => body.parameter.find(({ name }) => name === of)?.valueString ?? '';
  return { code: value('code'), patient: value('patient') };
};

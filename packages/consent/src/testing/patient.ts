/** A patient's device for tests: the keys lie outside of everything that verifies. */
import { randomUUID } from 'node:crypto';
import { consentCommitment, enrolmentCodeHash } from '../directive/commitment.ts';
import {
  generatePatientKey,
  signDirective,
  signEnrolment,
  signKeyProof,
  type PatientKeyPair,
} from '../directive/sign.ts';

export const network = 'ab'.repeat(32);
export const custodian = 'hospital-a';
export const code = 'correct-horse-battery';
export const handle = 'dGhlLXBhdGllbnQtaGFuZGxl';
export const otherHandle = 'YW5vdGhlci1wYXRpZW50LWhh';

export const commitmentKey = new Uint8Array(32).fill(7);

export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export class Device {
  readonly patient = handle;
  readonly key: PatientKeyPair;
  clock = Date.UTC(2026, 10, 1);

  constructor(key: PatientKeyPair) {
    this.key = key;
  }

  static async make(): Promise<Device> {
    return new Device(await generatePatientKey());
  }

  enrol(patient: string = handle): Promise<string> {
    return signEnrolment({ network, custodian, patient, codeHash: enrolmentCodeHash(code) }, this.key);
  }

  put(sequence: number, terms: string, consentId: string = randomUUID()): Promise<string> {
    const commitment = consentCommitment(commitmentKey, bytes(terms));
    return signDirective(
      { ...this.says(), operation: 'put', sequence, consentId, consentCommitment: commitment },
      this.key,
    );
  }

  revoke(consentId: string): Promise<string> {
    return signDirective({ ...this.says(), operation: 'revoke', consentId }, this.key);
  }

  async rotate(sequence: number, next: Device): Promise<string> {
    const newKeyProof = await signKeyProof({ network, patient: handle, sequence }, next.key);
    const { publicKey } = next.key;
    return signDirective({ ...this.says(), operation: 'rotate-key', sequence, publicKey, newKeyProof }, this.key);
  }

  freeze(): Promise<string> {
    return signDirective({ ...this.says(), operation: 'freeze' }, this.key);
  }

  unfreeze(sequence: number): Promise<string> {
    return signDirective({ ...this.says(), operation: 'unfreeze', sequence }, this.key);
  }

  private says(): { network: string; patient: string; issuedAt: number } {
    this.clock += 1000;
    return { network, patient: this.patient, issuedAt: this.clock };
  }
}

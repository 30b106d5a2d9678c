import {
  enrolmentCodeHash,
  generatePatientKey,
  signEnrolment,
  type Attestation,
  type PatientKeyPair,
} from '@chartseal/consent';
import type { DeviceEnvironment } from './device-environment.ts';
import { PatientDevice } from './patient-device.ts';
import type { PatientState } from './patient-state.ts';

/** What the hospital tells the patient at the desk (`Patient/{id}/$enroll`), and where its consent service is. */
export type EnrolmentOffer = {
  readonly consentBaseUrl: string;
  readonly network: string;
  /** Directory id of the hospital. */
  readonly custodian: string;
  /** One use, ten minutes. */
  readonly code: string;
  /** The fresh handle. */
  readonly patient: string;
};

/**
 * Makes the patient's key and binds it to the handle (DESIGN §6 Consent 2). The key is saved before it is sent: if the answer is lost, the
 * device opened from what was saved asks again.
 * @throws ConsentServiceError
 */
export const enrol = async (offer: EnrolmentOffer, environment: DeviceEnvironment): Promise<PatientDevice> => {
  return enrolUnder(offer, await generatePatientKey(), environment);
};

/**
 * Opens the handle of a patient who has no key, under a registrar's key (consent-semantics A6): what the device then grants or revokes carries the hash of
 * the paper form that the patient signed.
 * @throws ConsentServiceError
 */
export const enrolAttested = async (
  offer: EnrolmentOffer,
  registrarKey: PatientKeyPair,
  attestation: Attestation,
  environment: DeviceEnvironment,
): Promise<PatientDevice> => enrolUnder(offer, registrarKey, environment, attestation);

const enrolUnder = async (
  { consentBaseUrl, network, custodian, code, patient }: EnrolmentOffer,
  key: PatientKeyPair,
  environment: DeviceEnvironment,
  attestation?: Attestation,
): Promise<PatientDevice> => {
  const attested = attestation === undefined ? {} : { attested: attestation };
  const proof = await signEnrolment(
    { network, custodian, patient, codeHash: enrolmentCodeHash(code), ...attested },
    key,
  );
  const begun = { privateJwk: key.privateJwk, sequence: 0 };
  const state: PatientState = {
    type: 'chartseal-patient/v1',
    network,
    custodian,
    consentBaseUrl,
    patient,
    ...begun,
    pending: { path: 'enrolments', body: JSON.stringify({ code, publicKey: key.publicKey, proof }), accepted: begun },
  };
  await environment.save(state);
  const device = new PatientDevice(state, environment, attestation);
  await device.resume();
  return device;
};

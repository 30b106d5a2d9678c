import { enrolmentCodeHash, generatePatientKey, signEnrolment } from '@chartseal/consent';
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
  const { consentBaseUrl, network, custodian, code, patient } = offer;
  const key = await generatePatientKey();
  const proof = await signEnrolment({ network, custodian, patient, codeHash: enrolmentCodeHash(code) }, key);
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
  const device = new PatientDevice(state, environment);
  await device.resume();
  return device;
};

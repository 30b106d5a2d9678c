import { generatePatientKey, signKeyProof, type PublicKey } from '@chartseal/consent';
import type { DeviceEnvironment } from './device-environment.ts';
import { PatientDevice } from './patient-device.ts';
import type { PatientState } from './patient-state.ts';

/** What a patient's device gives to the device of a person who is to act for the patient. No secret. */
export type ProxyInvitation = Pick<PatientState, 'consentBaseUrl' | 'network' | 'custodian' | 'patient'> & {
  /** Of the directive that will appoint. */
  readonly sequence: number;
};

/** What that device answers: its key, and that it holds it. No secret. */
export type ProxyAcceptance = { readonly publicKey: PublicKey; readonly proxyProof: string };

/**
 * A proxy's own device with a key of its own: it signs what its scope covers once the patient has appointed it, and nothing before.
 * Its sequence is that of the patient, who may have gone on: after a 409 it knows the last one.
 */
export const acceptProxy = async (
  { sequence, ...place }: ProxyInvitation,
  environment: DeviceEnvironment,
): Promise<{ readonly device: PatientDevice; readonly acceptance: ProxyAcceptance }> => {
  const key = await generatePatientKey();
  const { network, patient } = place;
  const proxyProof = await signKeyProof({ network, patient, sequence }, key);
  const { publicKey, privateJwk } = key;
  const state: PatientState = { type: 'chartseal-patient/v1', ...place, privateJwk, sequence, pending: null };
  await environment.save(state);
  return { device: new PatientDevice(state, environment), acceptance: { publicKey, proxyProof } };
};

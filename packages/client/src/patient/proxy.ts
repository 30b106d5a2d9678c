import { generatePatientKey, signKeyProof } from '@chartseal/consent';
import type { DeviceEnvironment } from './device-environment.ts';
import { PatientDevice } from './patient-device.ts';
import type { PatientState } from './patient-state.ts';
import type { ProxyAcceptance, ProxyInvitation } from './proxy-invitation.ts';

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

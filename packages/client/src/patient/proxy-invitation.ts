import type { PublicKey } from '@chartseal/consent';
import type { PatientState } from './patient-state.ts';

/** What a patient's device gives to the device of a person who is to act for the patient. No secret. */
export type ProxyInvitation = Pick<PatientState, 'consentBaseUrl' | 'network' | 'custodian' | 'patient'> & {
  /** Of the directive that will appoint. */
  readonly sequence: number;
};

/** What that device answers: its key, and that it holds it. No secret. */
export type ProxyAcceptance = { readonly publicKey: PublicKey; readonly proxyProof: string };

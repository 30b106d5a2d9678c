import { patientKeyOf, type PatientKeyPair } from '@chartseal/consent';

/** All that a device keeps for one patient at one hospital. It holds the private key: the patient's eyes alone. */
export type PatientState = {
  readonly type: 'chartseal-patient/v1';
  /** Hex SHA-256 of the ledger's genesis block. */
  readonly network: string;
  /** Directory id of the hospital that keeps the records. */
  readonly custodian: string;
  readonly consentBaseUrl: string;
  /** The random handle. */
  readonly patient: string;
  readonly privateJwk: PatientKeyPair['privateJwk'];
  /** Of the last directive that took one; 0 before the first. */
  readonly sequence: number;
  /** Sent, or about to be, and not answered yet: sent again, byte for byte, before anything else that takes a sequence. */
  readonly pending: PendingRequest | null;
};

export type PendingRequest = {
  readonly path: 'enrolments' | 'directives';
  readonly body: string;
  /** What the state becomes once it is accepted. */
  readonly accepted: Pick<PatientState, 'privateJwk' | 'sequence'>;
};

/** The text is no state of a patient's device. */
export class PatientStateError extends Error {
  override readonly name = 'PatientStateError';
}

/**
 * Reads what a device wrote as JSON.
 * @throws PatientStateError
 */
export const parsePatientState = (text: string): PatientState => {
  try {
    const state = JSON.parse(text) as PatientState;
    const texts = [state.network, state.custodian, state.consentBaseUrl, state.patient];
    const fits = state.type === 'chartseal-patient/v1' && texts.every((each) => typeof each === 'string');
    if (!fits || !Number.isSafeInteger(state.sequence)) throw new PatientStateError('not the state of a device');
    patientKeyOf(state.privateJwk);
    return state;
  } catch (cause) {
    throw new PatientStateError('this is not a file that a patient’s device wrote', { cause });
  }
};

import { consentsInForce } from './consents-in-force.ts';
import { isFrozen } from './frozen.ts';
import type { UnverifiedPatient, VerifiedPatient } from './patient-state.ts';
import { signedHistory } from './signed-history.ts';
import { signedRefusals } from './signed-refusals.ts';
import { StateFault } from './state-fault.ts';

/**
 * Verifies, for whoever discloses, all that a decision about a handle rests on: every signature, the chain of keys from the one
 * enrolled to the ledger's, a sequence without gaps, and the terms. The ledger alone can take away but never give (DESIGN §6
 * Consent 3); the patient's no counts as soon as it is held, whatever the ledger answered.
 * @returns a fault for any doubt: the caller denies
 */
export const verifyPatientState = async (input: UnverifiedPatient): Promise<VerifiedPatient> => {
  const { handle, held, ledger } = input;
  if (ledger.status !== 'open' || held.some(({ operation }) => operation === 'close')) {
    return { outcome: 'verified', state: 'closed', by: 'own key', consents: [] };
  }
  try {
    const isReadable = ledger.patient === handle && Number.isSafeInteger(ledger.sequence) && ledger.sequence >= 0;
    if (!isReadable) throw new StateFault('ledger-mismatch');
    const { signers, keys, puts, unfreezes } = await signedHistory(input);
    const { revoked, freezes } = await signedRefusals(input, signers, keys);
    const consents = consentsInForce(ledger, puts, revoked);
    const state = isFrozen(input, freezes, unfreezes) ? 'frozen' : 'open';
    return { outcome: 'verified', state, by: signers.kind === 'own' ? 'own key' : 'registrar', consents };
  } catch (error) {
    if (error instanceof StateFault) return { outcome: 'fault', fault: error.fault };
    throw error;
  }
};

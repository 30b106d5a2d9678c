import { DirectiveError, parseEnrolment } from '@chartseal/consent';
import type { HeldRegistrar, PatientSay } from '@chartseal/ports';
import type { QueryDependencies } from '../dependencies.ts';

/** What the words of a registrar rest on (consent-semantics A6): the custodian's own keys, and what the network agreed. */
export type AttestedMaterial = {
  readonly registrars: readonly HeldRegistrar[];
  readonly counts: 'counts' | 'does not count';
};

/** Undefined where every handle has a key of the patient's own, as most will. */
export const attestedMaterial = async (
  { patients, ledgerView }: QueryDependencies,
  says: readonly PatientSay[],
): Promise<AttestedMaterial | undefined> =>
  says.some(isAttested)
    ? {
        registrars: await patients.registrars(),
        counts: ledgerView.policy().attested ? 'counts' : 'does not count',
      }
    : undefined;

const isAttested = ({ enrolmentJws }: PatientSay): boolean => {
  try {
    return parseEnrolment(enrolmentJws).attested !== undefined;
  } catch (error) {
    // Whoever verifies it says what is wrong.
    if (error instanceof DirectiveError) return false;
    throw error;
  }
};

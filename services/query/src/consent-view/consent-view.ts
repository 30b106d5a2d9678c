import type { HeldDirective } from '@chartseal/ports';
import type { QueryDependencies } from '../dependencies.ts';
import { verifyMaterial, type VerifiedConsent } from './verify-material.ts';

/**
 * A patient's say, as far as this gateway can verify it by itself. `stamp` names the state of ledger and store that it was
 * made of: another stamp, another say.
 * - `none`: the patient has no open handle, so nobody was ever told anything;
 * - `fault`: signatures, sequences or commitments do not hold together: deny.
 */
export type PatientConsent = { readonly stamp: string } & (
  | { readonly kind: 'verified'; readonly consent: VerifiedConsent }
  | { readonly kind: 'none' }
  | { readonly kind: 'fault' }
);

export interface ConsentView {
  consentOf(patientId: string): Promise<PatientConsent>;
  /** Cheap: what `consentOf` would say now of itself. */
  stampOf(patientId: string): Promise<string>;
}

/** How many patients' verified directives are kept; what is dropped is verified again. */
const kept = 2000;

/**
 * Joins what the custodian holds (signatures, terms, keys; a revocation or freeze that it holds counts at once) with what the
 * ledger says of the handle. Keeps verified directives, never decisions (C12), each under the stamp that it was verified at,
 * which is looked up anew on every use.
 */
export const createConsentView = (deps: QueryDependencies): ConsentView => {
  const verified = new Map<string, PatientConsent>();
  return {
    async consentOf(patientId) {
      const material = await materialOf(deps, patientId);
      const known = verified.get(patientId);
      verified.delete(patientId);
      const consent = known?.stamp === material.stamp ? known : await verify(deps, material);
      verified.set(patientId, consent);
      for (const oldest of verified.keys()) {
        if (verified.size <= kept) break;
        verified.delete(oldest);
      }
      return consent;
    },
    stampOf: async (patientId) => (await materialOf(deps, patientId)).stamp,
  };
};

type Material = {
  readonly stamp: string;
  readonly handle: string | undefined;
  readonly held: readonly HeldDirective[];
};

/** The stamp is taken before the ledger's state is read, so a change in between makes another stamp and is noticed. */
const materialOf = async ({ patients, ledgerView }: QueryDependencies, patientId: string): Promise<Material> => {
  const open = (await patients.handlesOf(patientId)).find(({ state }) => state === 'open');
  if (open === undefined) return { stamp: 'none', handle: undefined, held: [] };
  const held = await patients.directives(open.handle);
  const digests = held.map(({ digest, ledger }) => `${digest}:${ledger.state}`).sort();
  const stamp = JSON.stringify([open.handle, ledgerView.changedAt(open.handle), digests]);
  return { stamp, handle: open.handle, held };
};

const verify = async (deps: QueryDependencies, { stamp, handle, held }: Material): Promise<PatientConsent> => {
  if (handle === undefined) return { stamp, kind: 'none' };
  const [known, state] = await Promise.all([deps.patients.handle(handle), deps.ledgerView.consent(handle)]);
  if (state === undefined || known?.enrolmentJws === undefined) return { stamp, kind: 'fault' };
  const consent = await verifyMaterial(deps, { handle, enrolmentJws: known.enrolmentJws, held, state });
  return consent === undefined ? { stamp, kind: 'fault' } : { stamp, kind: 'verified', consent };
};

import { verifyPatientState, type PatientDirectives } from '@chartseal/consent';
import type { PatientState } from '@chartseal/contracts';
import { ChartsealError, type HeldDirective, type PatientSay } from '@chartseal/ports';
import type { QueryDependencies } from '../dependencies.ts';
import { attestedMaterial, type AttestedMaterial } from './attested-material.ts';
import { directivesOf } from './directives.ts';
import { uniteDirectives } from './unite-directives.ts';

/**
 * A patient's say, as far as this gateway can verify it by itself. `stamp` names the state of ledger and store that it was
 * made of: another stamp, another say.
 * - `silent`: the patient has no open handle, so nobody was ever told anything;
 * - `fault`: signatures, sequences, commitments or terms do not hold together: deny.
 */
export type PatientConsent = { readonly stamp: string } & (
  | { readonly kind: 'known'; readonly directives: PatientDirectives }
  | { readonly kind: 'silent' }
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

/** One handle's share of it; of a Patient who was merged with others there are several. */
type Share = { readonly say: PatientSay; readonly ledger: PatientState | undefined };

type Material = {
  readonly stamp: string;
  /** None where the patient has no open handle. */
  readonly shares: readonly Share[];
  readonly attested: AttestedMaterial | undefined;
};

/** What is held is read before the ledger's state: a ledger that knows less than we do is a fault. */
const materialOf = async (deps: QueryDependencies, patientId: string): Promise<Material> => {
  const { patients, ledgerView } = deps;
  const says = await patients.say(patientId);
  if (says.length === 0) return { stamp: 'silent', shares: [], attested: undefined };
  const attested = await attestedMaterial(deps, says);
  await caughtUp(
    ledgerView,
    says.flatMap(({ directives }) => directives),
  );
  const shares = await Promise.all(
    says.map(async (say) => ({ say, ledger: await ledgerView.consent(say.handle) }) satisfies Share),
  );
  const stamps = shares.map(({ say: { handle, directives }, ledger }) => {
    const words = directives.map(({ digest, ledger: { state } }) => `${digest}:${state}`).sort();
    // The block alone would not tell two changes in one block apart.
    return [handle, ledgerView.changedAt(handle), ledger?.accepted, ledger?.frozenBy, ledger?.status, words];
  });
  return { stamp: JSON.stringify([stamps, attested]), shares, attested };
};

/** How long a request waits for the view to reach what the store knows to be committed. */
const catchUpMs = 2000;

/**
 * The store may have recorded the ledger's answer to a directive before its block came to this view. Then the ledger's state
 * would look older than what is held; it has only to be waited for, so that a grant counts as soon as it is answered.
 * @throws ChartsealError `ledger-stale`
 */
const caughtUp = async (ledgerView: QueryDependencies['ledgerView'], held: readonly HeldDirective[]): Promise<void> => {
  const positions = held.flatMap(({ ledger }) => (ledger.state === 'committed' ? [ledger] : []));
  const behind = positions.filter(({ blockNumber }) => blockNumber >= ledgerView.height);
  if (behind.length === 0) return;
  const deadline = AbortSignal.timeout(catchUpMs);
  try {
    await Promise.all(behind.map(async (position) => ledgerView.reached(position, deadline)));
  } catch (error) {
    const detail = { retryAfterSeconds: 1 };
    throw new ChartsealError('ledger-stale', 'the view of the ledger is behind the store', detail, { cause: error });
  }
};

/** Every share has to verify: one that does not might have denied. */
const verify = async (deps: QueryDependencies, material: Material): Promise<PatientConsent> => {
  const { stamp, shares } = material;
  if (shares.length === 0) return { stamp, kind: 'silent' };
  const { height } = deps.ledgerView;
  const verified = await Promise.all(shares.map(async (share) => verifyShare(deps, share, material, height)));
  const known = verified.filter((directives) => directives !== undefined);
  return known.length < verified.length
    ? { stamp, kind: 'fault' }
    : { stamp, kind: 'known', directives: uniteDirectives(known, height) };
};

const verifyShare = async (
  { network }: QueryDependencies,
  { say, ledger }: Share,
  { attested }: Material,
  height: number,
): Promise<PatientDirectives | undefined> => {
  if (ledger === undefined) return undefined;
  const { handle, enrolmentJws, directives: held } = say;
  const registrars = attested?.registrars ?? [];
  const patient = await verifyPatientState({ network, handle, enrolmentJws, held, ledger, registrars });
  if (patient.outcome === 'fault') return undefined;
  // What the network's policy does not let count, counts neither way (A6).
  const counted = patient.by === 'registrar' && attested?.counts !== 'counts' ? { ...patient, consents: [] } : patient;
  return directivesOf(counted, handle, ledger.frozenBy, height);
};

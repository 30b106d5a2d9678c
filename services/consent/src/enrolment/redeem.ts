import { verifyEnrolment, type Enrolment } from '@chartseal/consent';
import { ChartsealError, isKind, type Committed } from '@chartseal/ports';
import { closeOnLedger } from '../directives/custodian.ts';
import type { ConsentDependencies } from '../dependencies.ts';
import { ledgerRefusal, refusalOf } from '../directives/refusal.ts';
import { codeHashOf } from './offer.ts';

export type EnrolmentRequest = {
  readonly code: string;
  readonly publicKey: Readonly<Record<string, unknown>>;
  readonly proof: string;
};

/**
 * Binds the patient's own key to the handle of the code (DESIGN §6 Consent 2). The ledger comes first: its contract lets a handle be
 * enrolled once, so a lost answer can be asked for again with the same proof.
 * @throws ChartsealError `unauthenticated` for a code that is unknown, used or expired, or a proof that does not verify
 */
export const enrol = async (
  dependencies: ConsentDependencies,
  request: EnrolmentRequest,
): Promise<{ patient: string }> => {
  const { patients, ledger, clock, onOwnCommit } = dependencies;
  const codeHash = codeHashOf(request.code);
  const enrolment = await verified(dependencies, request, codeHash);
  const offer = await patients.findOffer(codeHash, clock.wallMs());
  if (offer === undefined) return repeated(dependencies, enrolment.patient, request.proof);
  if (offer.handle !== enrolment.patient)
    throw new ChartsealError('invalid', 'the proof names another patient than the code');
  const submittedAtMs = clock.monotonicMs();
  await onOwnCommit(submittedAtMs, await submitEnrolment(ledger, request.proof));
  const redeemed = await patients.redeem(codeHash, request.proof, clock.wallMs());
  if (redeemed === undefined) return repeated(dependencies, enrolment.patient, request.proof);
  for (const handle of redeemed.closed) await closeOnLedger(dependencies, handle);
  return { patient: redeemed.handle.handle };
};

const verified = async (
  { ledger, organization }: ConsentDependencies,
  { proof, publicKey }: EnrolmentRequest,
  codeHash: string,
): Promise<Enrolment> => {
  try {
    return await verifyEnrolment(proof, { network: ledger.network, custodian: organization, codeHash, publicKey });
  } catch (error) {
    throw refusalOf(error);
  }
};

const submitEnrolment = async (ledger: ConsentDependencies['ledger'], proof: string): Promise<Committed> => {
  try {
    return await ledger.submit({ contract: 'consent', transaction: 'Enrol', args: [proof] });
  } catch (error) {
    throw isKind(error, 'ledger-refused') ? ledgerRefusal(error) : error;
  }
};

/** The same enrolment again, whose first answer was lost, gets the same answer. */
const repeated = async (
  { patients }: ConsentDependencies,
  handle: string,
  proof: string,
): Promise<{ patient: string }> => {
  const known = await patients.handle(handle);
  if (known?.enrolmentJws === proof && known.state === 'open') return { patient: handle };
  throw new ChartsealError('unauthenticated', 'the code is unknown, used or expired');
};

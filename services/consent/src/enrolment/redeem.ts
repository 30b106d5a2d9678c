import { DirectiveError, enrolmentCodeHash, verifyEnrolment, type Enrolment } from '@chartseal/consent';
import { ChartsealError, isKind, type PatientHandle, type PatientStore } from '@chartseal/ports';
import { safeError } from '@chartseal/server';
import { custodianDirective } from '../directives/custodian.ts';
import type { ConsentDependencies } from '../dependencies.ts';
import { ledgerRefusal, refusalOf } from '../directives/refusal.ts';
import { submit } from '../directives/settle.ts';
import { requireKeyless } from './require-keyless.ts';

export type EnrolmentRequest = {
  readonly code: string;
  readonly publicKey: Readonly<Record<string, unknown>>;
  readonly proof: string;
};

/**
 * Binds the patient's own key to the handle of the code (DESIGN §6 Consent 2). The ledger comes first: its contract lets a handle be
 * enrolled once, so a lost answer can be asked for again with the same proof.
 * @throws ChartsealError `unauthenticated` for a code that is unknown, used or expired, or a proof that does not verify; `conflict` for a
 * registrar's key where the patient has one
 */
export const enrol = async (
  dependencies: ConsentDependencies,
  request: EnrolmentRequest,
): Promise<{ patient: string }> => {
  const { patients, clock } = dependencies;
  const codeHash = enrolmentCodeHash(request.code);
  const enrolment = await verified(dependencies, request, codeHash);
  const offer = await patients.findOffer(codeHash, clock.wallMs());
  if (offer === undefined) return repeated(dependencies, enrolment.patient, request.proof);
  if (offer.handle !== enrolment.patient)
    throw new ChartsealError('invalid', 'the proof names another patient than the code');
  // A code that is redeemed meanwhile for the patient's own key ends this one.
  if (enrolment.attested !== undefined) await requireKeyless(patients, offer.patientId);
  // Its event is told by who follows the ledger.
  await submitEnrolment(dependencies, request.proof);
  const redeemed = await patients.redeem(codeHash, request.proof, clock.wallMs());
  if (redeemed === undefined) return repeated(dependencies, enrolment.patient, request.proof);
  return opened(dependencies, redeemed.handle);
};

/**
 * Ends on the ledger, too, what this enrolment replaced here. Asked again, it makes good what a crash left undone. The new handle is open
 * whatever the ledger says of the old ones, which this gateway does not serve any more.
 */
const opened = async (
  dependencies: ConsentDependencies,
  { handle, patientId }: PatientHandle,
): Promise<{ patient: string }> => {
  const { patients, log } = dependencies;
  for (const other of await patients.handlesOf(patientId)) {
    if (other.state !== 'closed' || (await patients.handle(other.handle))?.enrolmentJws === undefined) continue;
    try {
      await custodianDirective(dependencies, other.handle, 'close');
    } catch (error) {
      log.error({ error: safeError(error) }, 'a handle that a new one replaces is not closed on the ledger yet');
    }
  }
  return { patient: handle };
};

/** A patient without a key is enrolled by a registrar's, which has to be one of ours today (consent-semantics A6). */
const requireRegistrar = async (
  patients: PatientStore,
  { attested, publicKey: { x, y } }: Enrolment,
): Promise<void> => {
  const isOurs = (await patients.registrars()).some(
    ({ registrar, publicKey, until }) =>
      until === undefined && registrar === attested?.registrar && publicKey.x === x && publicKey.y === y,
  );
  if (!isOurs) throw new DirectiveError('key', 'attested by a key that is no registrar’s here');
};

const verified = async (
  { ledger, organization, patients }: ConsentDependencies,
  { proof, publicKey }: EnrolmentRequest,
  codeHash: string,
): Promise<Enrolment> => {
  try {
    const expected = { network: ledger.network, custodian: organization, codeHash, publicKey };
    const enrolment = await verifyEnrolment(proof, expected);
    if (enrolment.attested !== undefined) await requireRegistrar(patients, enrolment);
    return enrolment;
  } catch (error) {
    throw refusalOf(error);
  }
};

const submitEnrolment = async (dependencies: ConsentDependencies, proof: string): Promise<void> => {
  try {
    await submit(dependencies, { contract: 'consent', transaction: 'Enrol', args: [proof] });
  } catch (error) {
    throw isKind(error, 'ledger-refused') ? ledgerRefusal(error) : error;
  }
};

/** The same enrolment again, whose first answer was lost, gets the same answer. */
const repeated = async (
  dependencies: ConsentDependencies,
  handle: string,
  proof: string,
): Promise<{ patient: string }> => {
  const known = await dependencies.patients.handle(handle);
  if (known?.enrolmentJws === proof && known.state === 'open') return opened(dependencies, known);
  throw new ChartsealError('unauthenticated', 'the code is unknown, used or expired');
};

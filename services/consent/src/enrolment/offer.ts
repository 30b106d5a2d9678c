import { enrolmentCodeHash } from '@chartseal/consent';
import { ChartsealError } from '@chartseal/ports';
import type { ConsentDependencies } from '../dependencies.ts';

/** DESIGN §6 Consent 1: 128 bits, one use, ten minutes. */
const codeBytes = 16;
const handleBytes = 16;
const offerLifetimeMs = 10 * 60_000;

export type Offer = { readonly code: string; readonly patient: string };

/**
 * A code for the patient who stands at the desk, and the fresh handle that it will open. Nothing changes until it is redeemed.
 * @throws ChartsealError `not-found`, `deleted`
 */
export const offerEnrolment = async (dependencies: ConsentDependencies, patientId: string): Promise<Offer> => {
  await requirePatient(dependencies, patientId);
  const random = (size: number): string => Buffer.from(dependencies.randomBytes(size)).toString('base64url');
  const code = random(codeBytes);
  const handle = random(handleBytes);
  const expiresAt = dependencies.clock.wallMs() + offerLifetimeMs;
  // The code itself is kept nowhere.
  await dependencies.patients.offer({ codeHash: enrolmentCodeHash(code), handle, patientId, expiresAt });
  return { code, patient: handle };
};

export const requirePatient = async ({ records }: ConsentDependencies, id: string): Promise<void> => {
  // R4 datatypes.html#id: nothing else was ever stored, and the store need not be asked.
  if (!/^[A-Za-z0-9\-.]{1,64}$/.test(id)) throw new ChartsealError('not-found', 'there is no such Patient');
  const patient = await records.read({ resourceType: 'Patient', id });
  if (patient === undefined) throw new ChartsealError('not-found', 'there is no such Patient');
  if (patient.state === 'deleted') throw new ChartsealError('deleted', 'the Patient was deleted');
};

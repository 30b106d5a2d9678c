import { payloadDigest, thumbprint, verifyEnrolment, readPublicKey } from '@chartseal/consent';
import type { Enrolment } from '@chartseal/consent';
import type { Context } from 'fabric-contract-api';
import { activeMember, foundedNetwork } from '../directory/directory-state.ts';
import { registrarsOf } from '../directory/registrars.ts';
import { refuse } from '../refusal.ts';
import { emit } from '../state.ts';
import { refusing } from './directive-refusal.ts';
import { findEnrolment, findPatient, writeEnrolment, writePatient } from './patient-state.ts';

/** A registrar's key opens a handle where the policy lets it, for its own hospital's patients alone (consent-semantics A6). */
async function requireRegistrar(ctx: Context, custodian: string, { attested, publicKey }: Enrolment): Promise<void> {
  const { policy } = await foundedNetwork(ctx);
  const known = policy.attested ? await registrarsOf(ctx, custodian) : [];
  const kid = await thumbprint(publicKey);
  for (const { registrar, publicKey: key } of known) {
    if (registrar === attested?.registrar && (await thumbprint(readPublicKey(key))) === kid) return;
  }
  refuse('key', { at: 'attested' });
}

/** Opens a handle under the key that proved itself. The same enrolment again answers as the first time. */
export async function enrol(
  ctx: Context,
  enrolmentJws: string,
): Promise<{ readonly patient: string; readonly transactionId: string }> {
  const caller = await activeMember(ctx);
  const { network } = await foundedNetwork(ctx);
  const enrolment = await refusing(() => verifyEnrolment(enrolmentJws, { network, custodian: caller.id }));
  const { patient, publicKey, attested } = enrolment;
  const known = await findEnrolment(ctx, patient);
  if (known !== undefined) {
    const isSame = payloadDigest(known.enrolment) === payloadDigest(enrolmentJws);
    return isSame ? { patient, transactionId: known.transactionId } : refuse('handle-used');
  }
  if ((await findPatient(ctx, patient)) !== undefined) return refuse('handle-used');

  if (attested !== undefined) await requireRegistrar(ctx, caller.id, enrolment);
  const transactionId = ctx.stub.getTxID();
  await writeEnrolment(ctx, patient, { enrolment: enrolmentJws, transactionId });
  await writePatient(ctx, {
    patient,
    custodian: caller.id,
    publicKey,
    sequence: 0,
    frozenBy: [],
    status: 'open',
    directives: {},
    accepted: 0,
    ...(attested === undefined ? {} : { attested: true }),
  });
  emit(ctx, 'ConsentChanged', { patient, kind: 'enrol' });
  return { patient, transactionId };
}

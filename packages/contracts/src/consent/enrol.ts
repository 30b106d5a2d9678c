import { payloadDigest, verifyEnrolment } from '@chartseal/consent';
import type { Context } from 'fabric-contract-api';
import { activeMember, foundedNetwork } from '../directory/directory-state.ts';
import { refuse } from '../refusal.ts';
import { emit } from '../state.ts';
import { refusing } from './directive-refusal.ts';
import { findEnrolment, findPatient, writeEnrolment, writePatient } from './patient-state.ts';

/** Opens a handle under the key that proved itself. The same enrolment again answers as the first time. */
export async function enrol(
  ctx: Context,
  enrolmentJws: string,
): Promise<{ readonly patient: string; readonly transactionId: string }> {
  const caller = await activeMember(ctx);
  const { network } = await foundedNetwork(ctx);
  const { patient, publicKey } = await refusing(() => verifyEnrolment(enrolmentJws, { network, custodian: caller.id }));
  const known = await findEnrolment(ctx, patient);
  if (known !== undefined) {
    const isSame = payloadDigest(known.enrolment) === payloadDigest(enrolmentJws);
    return isSame ? { patient, transactionId: known.transactionId } : refuse('handle-used');
  }
  if ((await findPatient(ctx, patient)) !== undefined) return refuse('handle-used');

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
  });
  emit(ctx, 'ConsentChanged', { patient, kind: 'enrol' });
  return { patient, transactionId };
}

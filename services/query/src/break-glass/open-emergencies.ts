import { createHmac } from 'node:crypto';
import type { BreakGlassAccess } from '@chartseal/contracts';
import { ChartsealError, isKind, type HeldBreakGlass } from '@chartseal/ports';
import type { Principal } from '@chartseal/server';
import type { QueryDependencies } from '../dependencies.ts';

/** An answer may concern several people, as a family's account does. More is a search through a population. */
const mostPatients = 3;

/**
 * Puts an emergency on the ledger for each of these Patients (consent-semantics B13) and returns once it is committed.
 * @throws ChartsealError `forbidden` for too many; `unauthenticated` if the contract refuses; as `Ledger.submit`
 */
export const openEmergencies = async (
  deps: QueryDependencies,
  principal: Principal,
  patients: readonly string[],
): Promise<void> => {
  if (patients.length > mostPatients) throw new ChartsealError('forbidden', 'an emergency names its patient');
  for (const patientId of patients) await open(deps, principal, patientId);
};

const open = async (deps: QueryDependencies, principal: Principal, patientId: string): Promise<void> => {
  const { breakGlass, ledger, clock, onOwnCommit } = deps;
  const held = await breakGlass.open(await accessFor(deps, principal, patientId));
  const submittedAtMs = clock.monotonicMs();
  try {
    const args = [JSON.stringify(onLedger(held))];
    const committed = await ledger.submit({ contract: 'consent', transaction: 'OpenBreakGlass', args });
    await breakGlass.settle(held.accessId, committed);
    await onOwnCommit(submittedAtMs, committed);
  } catch (error) {
    if (!isKind(error, 'ledger-refused')) throw error;
    const message = 'the organization may not break the glass';
    throw new ChartsealError('unauthenticated', message, { code: 'invalid_token' }, { cause: error });
  }
};

const accessFor = async (
  { patients, clock, randomBytes, randomUuid, breakGlassMs }: QueryDependencies,
  { organization, reason = '' }: Principal,
  patientId: string,
): Promise<HeldBreakGlass> => {
  const openedAt = clock.wallMs();
  // Of who never enrolled, a word that nobody else can join to a person.
  const [{ handle } = { handle: Buffer.from(randomBytes(16)).toString('base64url') }] = await patients.say(patientId);
  return {
    accessId: randomUuid(),
    organization,
    patientId,
    handle,
    reason,
    commitmentKey: randomBytes(32),
    openedAt,
    expiresAt: openedAt + breakGlassMs,
    ledger: { state: 'pending' },
  };
};

const onLedger = (held: HeldBreakGlass): BreakGlassAccess => ({
  accessId: held.accessId,
  organization: held.organization,
  patient: held.handle,
  reasonCommitment: createHmac('sha256', held.commitmentKey).update(held.reason).digest('base64url'),
  openedAt: held.openedAt,
  expiresAt: held.expiresAt,
});

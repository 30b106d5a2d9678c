import { createHmac } from 'node:crypto';
import type { BreakGlassState } from '@chartseal/contracts';
import type { HeldBreakGlass } from '@chartseal/ports';
import type { FsckEngines } from '../compose-fsck.ts';
import type { Report } from './finding.ts';

/** More than a hospital ever has: they are few, and each is reviewed by a person. */
const most = 1_000_000;

/** Of a ledger that can be believed: whether each emergency that opened something is on the ledger as it is kept here, the reason by its commitment (consent-semantics B13). */
export const checkBreakGlass = async (
  engines: Pick<FsckEngines, 'stores' | 'ledger' | 'breakGlassOnLedger'>,
  report: Report,
): Promise<void> => {
  if (engines.ledger.outcome === 'wrong') return;
  for (const held of await engines.stores.breakGlass.list('all', most)) {
    if (held.ledger.state === 'pending') continue;
    const place = `emergency ${held.accessId}`;
    const state = await engines.breakGlassOnLedger(held.accessId);
    if (state === undefined) report({ place, problem: 'the ledger does not hold it' });
    else if (!isSame(held, state)) report({ place, problem: 'is not what the ledger holds' });
  }
};

const isSame = (held: HeldBreakGlass, state: BreakGlassState): boolean =>
  held.organization === state.organization &&
  held.handle === state.patient &&
  held.openedAt === state.openedAt &&
  held.expiresAt === state.expiresAt &&
  (isErased(held) ||
    createHmac('sha256', held.commitmentKey).update(held.reason).digest('base64url') === state.reasonCommitment);

/** With the patient's records (ErasureStore law 2) the reason goes and its key, and whose emergency it was. */
const isErased = ({ patientId, reason, commitmentKey }: HeldBreakGlass): boolean =>
  patientId === '' && reason === '' && commitmentKey.length === 0;

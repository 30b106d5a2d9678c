import { ChartsealError } from '@chartseal/ports';
import type { Principal } from '@chartseal/server';
import type { QueryDependencies } from '../dependencies.ts';

/** Another organisation's request, as the directory has it at this moment. */
export type Requester = {
  readonly principal: Principal;
  /** Directory ids of the organisations that its own is a part of (B7). */
  readonly parents: readonly string[];
  readonly at: Date;
};

/**
 * A suspension or a purpose that was taken away acts at once, also between two looks at the ledger.
 * @throws ChartsealError `unauthenticated`
 */
export const openRequester = (
  ledgerView: QueryDependencies['ledgerView'],
  principal: Principal,
  at: Date,
): Requester => {
  const entry = ledgerView.organization(principal.organization);
  if (entry?.status !== 'active' || !entry.purposes.includes(principal.purpose)) {
    throw new ChartsealError('unauthenticated', 'the organization may not use this token any more', {
      code: 'invalid_token',
    });
  }
  return { principal, parents: ledgerView.parentsOf(entry.id), at };
};

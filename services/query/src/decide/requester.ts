import type { DecisionRequest } from '@chartseal/consent';
import { ChartsealError } from '@chartseal/ports';
import type { Principal } from '@chartseal/server';
import type { QueryDependencies } from '../dependencies.ts';

/** Another organisation's request, as the directory has it at this moment. */
export type Requester = { readonly principal: Principal; readonly request: DecisionRequest };

/**
 * A suspension or a purpose that was taken away acts at once, also between two looks at the ledger.
 * @throws ChartsealError `unauthenticated`
 */
export const openRequester = (
  { ledgerView, organization: custodian }: Pick<QueryDependencies, 'ledgerView' | 'organization'>,
  principal: Principal,
  decisionTime: number,
): Requester => {
  const { organization, purpose } = principal;
  const entry = ledgerView.organization(organization);
  if (entry?.status !== 'active' || !entry.purposes.includes(purpose)) {
    throw new ChartsealError('unauthenticated', 'the organization may not use this token any more', {
      code: 'invalid_token',
    });
  }
  const parents = ledgerView.parentsOf(organization);
  const implicitPolicy = ledgerView.policy().implicit;
  return { principal, request: { organization, parents, custodian, purpose, decisionTime, implicitPolicy } };
};

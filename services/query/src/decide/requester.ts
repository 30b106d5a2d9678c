import type { DecisionRequest } from '@chartseal/consent';
import { assertStillIn, type Principal } from '@chartseal/server';
import type { QueryDependencies } from '../dependencies.ts';

/** Another organisation's request, as the directory has it at this moment. */
export type Requester = { readonly principal: Principal; readonly request: DecisionRequest };

/**
 * A suspension, or a purpose or key that was taken away, acts at once, also between two looks at the ledger.
 * @throws ChartsealError `unauthenticated`
 */
export const openRequester = (
  { ledgerView, organization: custodian }: Pick<QueryDependencies, 'ledgerView' | 'organization'>,
  principal: Principal,
  decisionTime: number,
): Requester => {
  const { organization, purpose } = principal;
  assertStillIn(principal, ledgerView);
  const parents = ledgerView.parentsOf(organization);
  const implicitPolicy = ledgerView.policy().implicit;
  return { principal, request: { organization, parents, custodian, purpose, decisionTime, implicitPolicy } };
};

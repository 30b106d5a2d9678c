import type { Principal } from '@chartseal/server';
import { createConsentView } from '../consent-view/consent-view.ts';
import type { QueryDependencies } from '../dependencies.ts';
import { countedDecisions } from './counted-decisions.ts';
import type { Decisions } from './decisions.ts';
import { otherDecisions } from './other-decisions.ts';
import { ownDecisions } from './own-decisions.ts';
import { openRequester } from './requester.ts';

/** The one door for every read, whoever asks and whichever way (C1). */
export interface Gatekeeper {
  /**
   * For another organisation: waits until the view of the ledger is fresh, before anything is looked up, so that what is
   * not there and what is hidden fail alike (C7, C11).
   * @throws ChartsealError `ledger-stale` or `ledger-unavailable`; `unauthenticated` if the directory no longer has it
   */
  open(principal: Principal): Promise<Decisions>;
}

export const createGatekeeper = (deps: QueryDependencies): Gatekeeper => {
  const consentView = createConsentView(deps);
  let latest = 0;
  /** Decision time never goes back, whatever the wall clock does. */
  const decisionTime = (): number => {
    latest = Math.max(latest, deps.clock.wallMs());
    return latest;
  };
  return {
    async open(principal) {
      if (principal.kind === 'own') return countedDecisions(ownDecisions(deps, principal), deps.metrics);
      await deps.freshness.ensureFresh();
      const requester = openRequester(deps, principal, decisionTime());
      return countedDecisions(otherDecisions(deps, consentView, requester), deps.metrics);
    },
  };
};

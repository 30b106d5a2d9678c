import type { DenyReason, PermitReason } from '@chartseal/consent';
import type { Metrics } from '@chartseal/server';
import type { Decisions, Examined } from './decisions.ts';

/** Every reason that a decision may have, those of packages/consent and the gatekeeper's own. */
const reasons = {
  consent: true,
  'implicit-policy': true,
  'no-consent': true,
  'denied-by-consent': true,
  frozen: true,
  closed: true,
  'no-subject': true,
  'only-by-reference': true,
  'unclear-subject': true,
  'unknown-subject': true,
  'purpose-unknown': true,
  'break-glass': true,
  'break-glass-not-open': true,
  'own-organization': true,
  referenced: true,
  'access-log': true,
  unreadable: true,
} as const satisfies Record<PermitReason | DenyReason, true> & Record<string, true>;

const counted = (metrics: Pick<Metrics, 'count'>, examined: readonly Examined[]): readonly Examined[] => {
  for (const { decision } of examined) {
    const reason = Object.hasOwn(reasons, decision.reason) ? decision.reason : 'other';
    metrics.count('chartseal_decisions_total', { effect: decision.effect, reason });
  }
  return examined;
};

/** The same decisions, each counted by effect and reason. A word that is none of the closed ones counts as `other`. */
export const countedDecisions = (decisions: Decisions, metrics: Pick<Metrics, 'count'>): Decisions => ({
  principal: decisions.principal,
  height: decisions.height,
  examine: async (versions) => counted(metrics, await decisions.examine(versions)),
  included: async (by) => counted(metrics, await decisions.included(by)),
  referenced: async (version, patients) => {
    const examined = await decisions.referenced(version, patients);
    counted(metrics, [examined]);
    return examined;
  },
  stillHold: () => decisions.stillHold(),
  prospects: (patientId) => decisions.prospects(patientId),
  candidates: () => decisions.candidates(),
  pretend: () => decisions.pretend(),
  unopened: () => decisions.unopened(),
});

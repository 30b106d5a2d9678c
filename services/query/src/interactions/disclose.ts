import { ChartsealError } from '@chartseal/ports';
import type { Principal } from '@chartseal/server';
import { writeAccess, type WrittenTrail } from '../audit/write-access.ts';
import { openEmergencies } from '../break-glass/open-emergencies.ts';
import type { Decisions } from '../decide/decisions.ts';
import type { Gatekeeper } from '../decide/gatekeeper.ts';
import type { QueryDependencies } from '../dependencies.ts';
import type { AnswerMoment } from './answer-moment.ts';
import type { Outcome, Run } from './outcome.ts';

/** How often an answer is decided anew because the ledger moved under it, before the client is asked to come again. */
const attempts = 5;

/**
 * Decide, audit, look again, answer: in this order for every interaction (DESIGN §2, laws 3 and 6). The second look comes
 * after the audit is durable, so that a revocation that came meanwhile still holds the answer back; what had been audited
 * by then stays as it was decided.
 *
 * @returns an answer whose first byte may leave now, or a refusal, which has been audited too
 */
export const disclose = async (
  deps: QueryDependencies,
  gatekeeper: Gatekeeper,
  principal: Principal,
  requestId: string | undefined,
  run: Run,
  moment: AnswerMoment,
): Promise<Outcome> => {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const decisions = await gatekeeper.open(principal);
    const outcome = await run(decisions);
    const unopened = decisions.unopened();
    if (unopened.length > 0) {
      // On the ledger before anything is released, and then decided anew (B13).
      await openEmergencies(deps, principal, unopened);
      continue;
    }
    if (outcome.kind === 'refusal' && outcome.because === 'missing') await decisions.pretend();
    const receipts = await writeAccess(deps, outcome.trail, {
      principal,
      custodian: deps.organization,
      network: deps.network,
      height: decisions.height,
      recorded: new Date(deps.clock.wallMs()),
      requestId,
    });
    const leavesAtOnce = outcome.kind === 'answer' && outcome.leaves === 'at-once';
    const held = leavesAtOnce ? await decisions.stillHold() : await heldAtMoment(decisions, moment);
    if (held === 'hold') return withReceipts(principal, outcome, receipts);
  }
  throw new ChartsealError('ledger-stale', 'consent changes faster than this answer could be decided');
};

/** So many go into a header; of a page about more Patients the others are in the hospital's accounting. */
const mostReceipts = 100;

const withReceipts = (principal: Principal, outcome: Outcome, receipts: WrittenTrail): Outcome =>
  principal.kind === 'other' && outcome.kind === 'answer' && receipts.length > 0
    ? { ...outcome, answer: outcome.answer.withReceipts(receipts.slice(0, mostReceipts)) }
    : outcome;

/** Waits for the moment and looks again right before it, until one look is in time. */
const heldAtMoment = async (decisions: Decisions, moment: AnswerMoment): Promise<'hold' | 'moved'> => {
  for (;;) {
    const leave = await moment.approached();
    if ((await decisions.stillHold()) === 'moved') return 'moved';
    if ((await leave()) === 'in-time') return 'hold';
  }
};

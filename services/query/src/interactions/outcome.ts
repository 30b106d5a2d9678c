import { ChartsealError } from '@chartseal/ports';
import type { AccessEvent, NamedRecord, RestfulInteraction } from '../audit/access-event.ts';
import type { Decisions } from '../decide/decisions.ts';
import type { Denial, Permit } from '../release/decision.ts';
import type { Answer } from '../release/answer.ts';

/** What an interaction came to, and what must be on the audit trail before either of them leaves. */
export type Outcome =
  | Told
  | {
      readonly kind: 'refusal';
      readonly error: ChartsealError;
      readonly trail: readonly AccessEvent[];
      /** There is no such thing, so nothing was decided. */
      readonly because?: 'missing';
    };

type Told = {
  readonly kind: 'answer';
  readonly answer: Answer;
  readonly trail: readonly AccessEvent[];
  /**
   * `at-once`: one record that was named, shown whole. All that was looked up for it is shown too, so that the time tells nothing.
   * Anything else waits for its moment.
   */
  readonly leaves?: 'at-once';
};

/**
 * The one answer for what is denied and for what is not there (C7). Made anew each time from nothing but constants, so
 * that the two cannot be told apart.
 */
const notFound = (): ChartsealError =>
  new ChartsealError('not-found', 'there is no such resource, or not for this requester');

export const missing = (interaction: RestfulInteraction, named: NamedRecord | undefined): Outcome => ({
  kind: 'refusal',
  error: notFound(),
  trail: [{ kind: 'refusal', interaction, named, decision: undefined }],
  because: 'missing',
});

export const denied = (interaction: RestfulInteraction, named: NamedRecord, decision: Denial): Outcome => ({
  kind: 'refusal',
  error: notFound(),
  trail: [{ kind: 'refusal', interaction, named, decision }],
});

/** Only for who may know that it was there. */
export const deleted = (interaction: RestfulInteraction, decision: Permit): Outcome => ({
  kind: 'refusal',
  error: new ChartsealError('deleted', 'this resource has been deleted'),
  trail: [{ kind: 'read', interaction, decision }],
});

/** An interaction whose words have been read; it looks nothing up before it is given the decisions of its answer. */
export type Run = (decisions: Decisions) => Promise<Outcome>;

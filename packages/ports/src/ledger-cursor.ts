import type { EventPosition } from './ledger.ts';
import type { HeldDirective } from './patient-store.ts';
import type { OutboxEvent } from './record-store.ts';

/** A directive that the ledger has accepted. */
export type AcceptedDirective = HeldDirective & { readonly ledger: { readonly state: 'committed' } };

/** From one place among the ledger's events to a later one, with all that was learnt on the way. */
export type LedgerStep = {
  readonly follower: string;
  /** Where the follower stands; undefined before its first step. */
  readonly from: EventPosition | undefined;
  readonly to: EventPosition;
  readonly directives: readonly AcceptedDirective[];
  readonly events: readonly OutboxEvent[];
};

/**
 * How far a follower of the ledger has come, kept with what it did on the way: each event of the ledger has its effect once.
 *
 * Laws:
 * 1. `advance` saves the position, the directives and the outbox rows in one transaction: durable before it resolves, or nothing of it.
 * 2. Who does not stand at `from` any more is refused with `fenced` and changes nothing: of two that follow at once, one takes each step.
 * 3. A position never goes back.
 * 4. Followers do not know of each other.
 * 5. The ledger's word counts: what is held of a directive as pending or refused becomes committed; what it holds besides (its terms, when
 *    it was received) stays. One that was not held is from now on. What is committed already stays as it is.
 */
export interface LedgerCursor {
  position(follower: string): Promise<EventPosition | undefined>;
  advance(step: LedgerStep): Promise<void>;
}

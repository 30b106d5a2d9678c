/** What the custodian keeps of an emergency (consent-semantics B13). The reason tells of an illness: it stays here, and the ledger has its commitment. */
export type HeldBreakGlass = {
  readonly accessId: string;
  /** Directory id of who asked. */
  readonly organization: string;
  readonly patientId: string;
  /** What the ledger calls the patient. */
  readonly handle: string;
  readonly reason: string;
  readonly commitmentKey: Uint8Array;
  /** Milliseconds since the epoch, by the custodian's clock. */
  readonly openedAt: number;
  readonly expiresAt: number;
  readonly ledger:
    | { readonly state: 'pending' }
    | { readonly state: 'committed'; readonly transactionId: string; readonly blockNumber: number };
  readonly review?: BreakGlassReview;
};

export type BreakGlassReview = {
  /** Who reviewed, in the hospital's own words. */
  readonly by: string;
  readonly outcome: 'justified' | 'not-justified';
  readonly note: string;
  readonly at: number;
};

/**
 * The emergencies in which other organisations were let in, to be reviewed.
 *
 * Laws:
 * 1. `open` is durable before it resolves. While one of the same organisation for the same Patient has not expired by `openedAt`, it returns that
 *    and changes nothing; of many that open at once all get the same.
 * 2. `current` answers what the ledger has committed and what has not expired, and nothing else.
 * 3. `settle` records where the ledger took it in, once.
 * 4. A review is recorded once; `review` says whether it was this one. What was never committed can be reviewed too: it was asked for.
 * 5. `list` gives the newest first, those without a review alone if asked so; `unreviewed` counts those that have expired.
 */
export interface BreakGlassStore {
  open(access: HeldBreakGlass): Promise<HeldBreakGlass>;
  settle(accessId: string, position: { readonly transactionId: string; readonly blockNumber: number }): Promise<void>;
  current(organization: string, patientId: string, now: number): Promise<HeldBreakGlass | undefined>;
  list(which: 'all' | 'unreviewed', limit: number): Promise<readonly HeldBreakGlass[]>;
  review(accessId: string, review: BreakGlassReview): Promise<'recorded' | 'reviewed-before' | 'unknown'>;
  unreviewed(now: number): Promise<number>;
}

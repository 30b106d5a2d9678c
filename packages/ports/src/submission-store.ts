/** A transaction that was signed for a ledger, as it is sent. */
export type Submission = {
  readonly transactionId: string;
  /** Names what is asked for: two of the same purpose have one effect, whichever commits. */
  readonly purpose: string;
  /** The signed bytes in the ledger's own form, from which it can be sent again. */
  readonly signed: Uint8Array;
};

/**
 * Transactions that were sent to a ledger and whose commit was not seen yet. A ledger's acknowledgement is not durable: sending the same signed bytes
 * again is safe, a new transaction in their place is not.
 *
 * Laws:
 * 1. `keep` is durable before it resolves; keeping the same transaction again changes nothing.
 * 2. `settled` forgets the transaction, and with it older ones of the same purpose.
 * 3. `unsettled` gives the newest of each purpose that was kept at least `olderThanMs` ago by the store's clock, oldest first.
 * 4. All processes see the same.
 */
export interface SubmissionStore {
  keep(submission: Submission): Promise<void>;
  settled(transactionId: string): Promise<void>;
  unsettled(olderThanMs: number, limit: number): Promise<readonly Submission[]>;
  count(): Promise<number>;
}

/** A call of a smart contract's transaction. Arguments are strings, as Fabric passes them; never secrets. */
export type ContractCall = {
  readonly contract: 'directory' | 'consent' | 'anchor';
  readonly transaction: string;
  readonly args: readonly string[];
};

export type Committed = {
  readonly transactionId: string;
  readonly blockNumber: number;
  /** What the contract's function returned. */
  readonly result: string;
};

/** The one event that a transaction may set. `payload` is the JSON that the contract gave. */
export type ContractEvent = {
  readonly blockNumber: number;
  readonly transactionId: string;
  readonly contract: string;
  readonly name: string;
  readonly payload: string;
};

/** After which event to go on: everything up to and including this transaction has been seen. */
export type EventPosition = { readonly blockNumber: number; readonly transactionId: string };

/**
 * What lets a stranger check that a transaction is on the ledger. The rest of its members depend on `type`. `effect`, where there is one, is asked
 * of the ledger's members anew each time; all else is the same in every receipt of one transaction.
 */
export type LedgerReceipt = { readonly type: 'embedded' | 'fabric'; readonly blockNumber: number } & Readonly<
  Record<string, unknown>
>;

/**
 * One organisation's connection to the shared ledger. Every call carries that organisation's identity.
 *
 * Laws:
 * 1. `submit` resolves only when the transaction is committed and durable; its effects survive a crash from then on.
 * 2. Before `submit` resolves, `evaluate` on this connection may or may not see the effects; afterwards it does.
 * 3. A contract's refusal rejects with kind `ledger-refused` and the contract's own code in `detail.code`; it changes nothing.
 * 4. When it is not known whether a transaction committed, `submit` rejects with `outcome-unknown`; an engine that cannot
 *    be reached rejects with `ledger-unavailable`. The contracts are idempotent by business key, so resubmitting is safe.
 * 5. `events` yields every event once in ledger order, from after the given position (from the first block without one), and goes
 *    on with new ones until the signal aborts; an event is yielded only after its block is durable.
 * 6. Each transaction sees the caller's MSP id as its connection's; no call can claim another's.
 * 7. `height` is the number of blocks; it never goes back.
 * 8. `receipt` of a committed transaction verifies offline; of an unknown one it rejects with `not-found`.
 */
export interface Ledger {
  /** Hex SHA-256 of the genesis block: which network this is. */
  readonly network: string;
  readonly mspId: string;
  submit(call: ContractCall): Promise<Committed>;
  evaluate(call: ContractCall): Promise<string>;
  events(after: EventPosition | undefined, signal: AbortSignal): AsyncIterable<ContractEvent>;
  height(): Promise<number>;
  receipt(transactionId: string): Promise<LedgerReceipt>;
}

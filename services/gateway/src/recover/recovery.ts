import type { LogName } from '@chartseal/ports';

/** A leaf whose version this store does not hold. */
export type LostLeaf = {
  readonly log: LogName;
  /** Of the log whose leaf it is: a successor counts on from where that one was cut. */
  readonly origin: string;
  readonly leafIndex: number;
  /** Hex of the entry: the version's commitment. Undefined without a mirror, which alone has it. */
  readonly entryHex: string | undefined;
};

export type RecoveredLog = {
  readonly log: LogName;
  /** `stood`: nothing was wrong. `continued`: a mirror had the leaves. `succeeded`: another log goes on. `claimed`: it was another gateway's. */
  readonly outcome: 'stood' | 'continued' | 'succeeded' | 'claimed';
  readonly origin: string;
  /** Of the store as it was found, and on the ledger. */
  readonly storedSize: number;
  readonly ledgerSize: number;
  readonly lost: readonly LostLeaf[];
  /** How many versions were erased again. */
  readonly erasedAgain: number;
  /** What the ledger was told: signed notes. */
  readonly statements: readonly string[];
};

/** How the store names a leaf that it has no version of. No record has such a handle. */
export const lostHandle = (log: LogName, leafIndex: number): string => `lost.${log}.${leafIndex}`;

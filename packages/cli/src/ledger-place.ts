import type { DirectiveReceipt } from '@chartseal/client';

/** Where a directive stands, for people. */
export const ledgerPlace = ({ blockNumber, transactionId }: DirectiveReceipt): string =>
  blockNumber === null
    ? 'enforced at the hospital already, and on its way to the ledger'
    : `on the ledger in block ${blockNumber}, transaction ${transactionId ?? 'unknown'}`;

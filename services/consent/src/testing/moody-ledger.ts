/** An embedded ledger of one hospital, and how it may behave. */
import { memberEntry, soloLedger } from '@chartseal/embedded/testing';
import { ChartsealError, type Ledger } from '@chartseal/ports';

export const openLedger = (directory: string) => soloLedger(directory, memberEntry('A', { id: 'hospital-a' }));

/** How the ledger behaves towards what is submitted. `commits-silently`: it commits, and its answer is lost. */
export type LedgerMood = 'answers' | 'unreachable' | 'hangs' | 'commits-silently';

export const moody = (ledger: Ledger, mood: () => LedgerMood): Ledger => {
  const requireReached = (): void => {
    if (mood() === 'unreachable') throw new ChartsealError('ledger-unavailable', 'the ledger is away');
  };
  return {
    network: ledger.network,
    mspId: ledger.mspId,
    events: (after, signal) => ledger.events(after, signal),
    height: () => ledger.height(),
    receipt: (transactionId) => ledger.receipt(transactionId),
    evaluate: async (call) => {
      requireReached();
      return ledger.evaluate(call);
    },
    submit: async (call) => {
      requireReached();
      if (mood() === 'hangs') return new Promise(() => {});
      const committed = await ledger.submit(call);
      if (mood() === 'commits-silently') throw new ChartsealError('outcome-unknown', 'no answer');
      return committed;
    },
  };
};

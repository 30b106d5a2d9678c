import { ChartsealError, type Committed, type ContractCall, type Ledger } from '@chartseal/ports';
import type { Clock } from '../clock.ts';
import { inSpan } from '../tracing/span.ts';
import type { Metrics } from './metrics.ts';

const outcomeOf = (error: unknown): string => (error instanceof ChartsealError ? error.kind : 'internal');

/** The same ledger; what becomes of each submission is measured and traced. Arguments are told to neither: names of contract and transaction alone. */
export const observedLedger = (
  ledger: Ledger,
  { metrics, clock }: { readonly metrics: Pick<Metrics, 'observe'>; readonly clock: Pick<Clock, 'monotonicMs'> },
): Ledger => {
  const submit = async (call: ContractCall): Promise<Committed> => {
    const { contract, transaction } = call;
    const submittedAtMs = clock.monotonicMs();
    const ended = (outcome: string): void => {
      const seconds = (clock.monotonicMs() - submittedAtMs) / 1000;
      metrics.observe('chartseal_ledger_submit_duration_seconds', { contract, transaction, outcome }, seconds);
    };
    try {
      const committed = await ledger.submit(call);
      ended('committed');
      return committed;
    } catch (error) {
      ended(outcomeOf(error));
      throw error;
    }
  };
  return {
    network: ledger.network,
    mspId: ledger.mspId,
    submit: (call) => {
      const { contract, transaction } = call;
      const attributes = { 'chartseal.contract': contract, 'chartseal.transaction': transaction };
      return inSpan('ledger submit', { kind: 'client', attributes }, () => submit(call));
    },
    evaluate: (call) => ledger.evaluate(call),
    events: (after, signal) => ledger.events(after, signal),
    height: () => ledger.height(),
    receipt: (transactionId) => ledger.receipt(transactionId),
  };
};

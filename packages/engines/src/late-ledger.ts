import { ChartsealError, type Ledger } from '@chartseal/ports';
import { type LoopReport, startLoop } from '@chartseal/server';

export type OpenLedger = AsyncDisposable & Ledger;

export type LateLedger = {
  /** Of the network that is meant: another one is refused by `open`. */
  readonly network: string;
  readonly mspId: string;
  readonly open: () => Promise<OpenLedger>;
  readonly retryMs?: number;
};

/**
 * A ledger that is away while its service starts, so that own reads and writes need not wait for it. It is opened as soon as it is there; until then
 * every call rejects with `ledger-unavailable`.
 */
export const lateLedger = ({ network, mspId, open, retryMs = 1000 }: LateLedger, report: LoopReport): OpenLedger => {
  let opened: OpenLedger | undefined;
  const opening = startLoop(
    {
      name: 'open ledger',
      intervalMs: retryMs,
      longestBackoffMs: 10 * retryMs,
      step: async () => {
        opened ??= await open();
      },
    },
    report,
  );
  const ledger = (): Ledger => {
    if (opened === undefined) throw new ChartsealError('ledger-unavailable', 'the ledger was not reached yet');
    return opened;
  };
  return {
    network,
    mspId,
    submit: async (call) => ledger().submit(call),
    evaluate: async (call) => ledger().evaluate(call),
    events: async function* (after, signal) {
      yield* ledger().events(after, signal);
    },
    height: async () => ledger().height(),
    receipt: async (transactionId) => ledger().receipt(transactionId),
    [Symbol.asyncDispose]: async () => {
      await opening[Symbol.asyncDispose]();
      await opened?.[Symbol.asyncDispose]();
    },
  };
};

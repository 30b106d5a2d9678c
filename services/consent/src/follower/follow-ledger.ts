import type { EventPosition } from '@chartseal/ports';
import type { ConsentDependencies } from '../dependencies.ts';
import { learn } from './learn.ts';

/** Of positions on this network: those on another mean nothing here. */
export const followerOf = (network: string): string => `consent changes on ${network}`;

/** After so many events of no concern the position is saved all the same, so that a restart does not go through them again. */
const unsavedAtMost = 500;

/**
 * Takes in the ledger's events from where the last follower stood, until the signal aborts: each teaches the store what it lacks and is told
 * once, both saved with the position. Whatever fails, the same event comes again. Two that follow at once do no harm: one of them is `fenced`.
 */
export const followLedger = async (dependencies: ConsentDependencies, signal: AbortSignal): Promise<void> => {
  const { ledger, ledgerCursor } = dependencies;
  const follower = followerOf(ledger.network);
  let from = await ledgerCursor.position(follower);
  let unsaved = 0;
  for await (const event of untilAborted(ledger.events(from, signal), signal)) {
    const learnt = await learn(dependencies, event);
    unsaved += 1;
    if (learnt === undefined && unsaved < unsavedAtMost) continue;
    const to: EventPosition = { blockNumber: event.blockNumber, transactionId: event.transactionId };
    await ledgerCursor.advance({ follower, from, to, directives: [], events: [], ...learnt });
    from = to;
    unsaved = 0;
  }
};

/** An iterator that hangs and does not heed the signal must not hold up a shutdown. */
async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  const aborted = Promise.withResolvers<{ readonly done: true; readonly value: undefined }>();
  const onAbort = (): void => aborted.resolve({ done: true, value: undefined });
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    while (!signal.aborted) {
      const next = await Promise.race([iterator.next(), aborted.promise]);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    iterator.return?.().catch(() => undefined);
  }
}

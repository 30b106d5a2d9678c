import { setTimeout as sleep } from 'node:timers/promises';
import { type Logger, safeError } from '@chartseal/server';

type Indexed = {
  reindex(
    until: 'nothing' | 'nothing-free',
  ): Promise<{ readonly indexed: number; readonly unreadable: readonly string[] }>;
};

/** How long a search may miss what a process of an older release wrote beside this one. */
const intervalMs = 2000;

/**
 * Before a service listens, what an older release indexed is indexed anew; from then on what one goes on to write, as long as both run (ADR
 * 0022). Each look costs one reading of an index that is empty.
 * @throws ChartsealError `store-unavailable`
 */
export const keepIndexed = async (stores: Indexed, log: Logger): Promise<AsyncDisposable> => {
  const stop = new AbortController();
  const run = async (until: 'nothing' | 'nothing-free'): Promise<void> => {
    const { indexed, unreadable } = await stores.reindex(until);
    if (indexed > 0) log.info({ indexed }, 'indexed anew what an older release wrote');
    if (unreadable.length > 0)
      log.error(
        { handles: unreadable.slice(0, 20) },
        'the content of records cannot be read: searches find them by what they were',
      );
  };
  await run('nothing');
  const loop = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      await sleep(intervalMs, undefined, { signal: stop.signal, ref: false }).catch(() => undefined);
      if (stop.signal.aborted) return;
      await run('nothing-free').catch((error: unknown) =>
        log.warn({ error: safeError(error) }, 'could not index anew'),
      );
    }
  };
  const looping = loop();
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await looping;
    },
  };
};

import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning } from './postmaster.ts';
import { startOrAdopt } from './start.ts';
import type { Installation } from './start.ts';

const intervalMs = 500;

/** Starts PostgreSQL again whenever it has died, until it is told to end. */
export function supervise(
  installation: Installation,
  firstPid: number,
  log: (message: string) => void,
): { end(): Promise<void> } {
  const ending = new AbortController();
  const pause = (ms: number): Promise<void> =>
    sleep(ms, undefined, { signal: ending.signal, ref: false }).catch(() => undefined);
  const watch = async (): Promise<void> => {
    let pid = firstPid;
    while (!ending.signal.aborted) {
      await pause(intervalMs);
      if (ending.signal.aborted || isRunning(pid)) continue;
      log('PostgreSQL has ended; starting it again');
      try {
        ({ pid } = await startOrAdopt(installation));
        log(`PostgreSQL started (process ${pid})`);
      } catch {
        log('PostgreSQL does not start; trying again');
        await pause(10 * intervalMs);
      }
    }
  };
  const watching = watch();
  return {
    end: async () => {
      ending.abort();
      await watching;
    },
  };
}

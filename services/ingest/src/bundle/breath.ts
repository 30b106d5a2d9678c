import { setImmediate as letOthers } from 'node:timers/promises';

/** Milliseconds of work after which others get a turn. */
const turnMs = 10;

/** Thousands of entries take seconds: `await breath()` between them lets other requests, and this process's leases, go on meanwhile. */
export const breathing = (): (() => Promise<void>) => {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < turnMs) return;
    await letOthers();
    since = performance.now();
  };
};
